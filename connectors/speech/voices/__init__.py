"""The speaking half: what is said aloud (`spoken`), three voices, the cache of rendered prompts, and the speaker."""
