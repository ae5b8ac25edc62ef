"""What OpenID Connect providers publish and sign: fetching it, keys, tokens. Shared by the gateway and by people's sign-in."""
