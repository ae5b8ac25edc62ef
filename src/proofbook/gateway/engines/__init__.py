"""The engines behind the gateway: reached, watched, chosen, and bound to the weights they have loaded."""
