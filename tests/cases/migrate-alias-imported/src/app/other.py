from specs.feed.ws import BarWsRouter

print(BarWsRouter)
