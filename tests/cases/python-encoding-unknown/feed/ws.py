# coding: klingon
from app.routes import WsRouter
