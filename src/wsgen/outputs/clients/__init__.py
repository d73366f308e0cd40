"""Render typed clients from AsyncAPI documents. Each language is a folder; nothing is written here."""
