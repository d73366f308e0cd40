# coding: ascii
from app.routes import WsRouter
x = 'é'
