"""What an app serves over HTTP: its AsyncAPI documents, their page, the index of several apps, metrics."""
