from app.routes import WsRouter
# Bärs
