"""Recording where the traffic does not pass the gateway: inside an engine's own server, and beside a LiteLLM proxy.

Both put their events through the gateway's own `Exchange` or its own drafts, so an entry means the same whoever recorded it.
"""
