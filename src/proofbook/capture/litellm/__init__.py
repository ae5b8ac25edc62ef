"""Recording beside a LiteLLM proxy, as the server of its Generic Guardrail API."""
