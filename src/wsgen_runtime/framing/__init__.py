"""The WebSocket protocol of uvicorn with prepared messages: framed once, and written together."""
