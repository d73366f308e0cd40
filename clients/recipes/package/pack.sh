set -e
# The compiler is that of the recipes, in place of that which `npm install` brings.
(cd feed && PATH="$PWD/../../../node_modules/.bin:$PATH" npm pack --silent)
npm install --offline --silent --no-save --no-package-lock ./feed/acme-feed-*.tgz
