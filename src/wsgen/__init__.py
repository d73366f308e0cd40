"""Declare WebSocket routes once; get typed routers, their exports and AsyncAPI documents."""
