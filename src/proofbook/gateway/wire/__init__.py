"""Reading and writing of the OpenAI protocol: pure functions over bytes."""
