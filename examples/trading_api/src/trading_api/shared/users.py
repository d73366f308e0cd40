"""Who uses the app."""

from wsgen_runtime import Connection, Session


async def authenticate(connection: Connection) -> Session:
    """Return the user in the query, in place of one from a token.

    Commands with a key are carried out once for each user, and need its id.
    """
    user = connection.query_params.get("user", "guest")
    return Session(user, id=user)
