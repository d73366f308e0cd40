"""What an app serves over HTTP: AsyncAPI documents, their page, an index of several apps, and metrics."""
