// What a client in JavaScript does, in a browser as in Node.js: it subscribes, asks once, and tells what it has heard.
(address, subscribe, Socket, ...options) =>
  new Promise((done) => {
    const socket = new Socket(address, ...options);
    const texts = [];
    socket.onopen = () => socket.send(subscribe);
    socket.onmessage = ({ data }) => {
      texts.push(data);
      if (data.includes('"please ask"')) socket.send('{"type":"ping"}');
    };
    socket.onclose = ({ code }) => done({ extensions: socket.extensions, texts, code });
  });
