import type { Meta, StoryObj } from "@storybook/react-vite";
import { DatafeedClient } from "../feed/index.js";
import { createMock, type DatafeedMock } from "../feed/mock.js";
import { Chart } from "./chart.js";

const AAPL = { symbol: "AAPL" };

/** A story has a mock of its own each time it is shown, and says what has happened on it. */
const story = (happens: (mock: DatafeedMock) => void): StoryObj => ({
  loaders: [
    () => {
      const mock = createMock(DatafeedClient);
      happens(mock);
      return { feed: mock.$client };
    },
  ],
  render: (_, { loaded }) => <Chart feed={loaded["feed"]} {...AAPL} />,
});

export default { title: "Chart" } satisfies Meta;

export const Live = story((mock) => mock.bars(AAPL).push({ time: "2026-01-01T00:00:00Z", open: 1, high: 2, low: 1, close: 2.5, volume: 0 }));
export const Disconnected = story((mock) => mock.$disconnect());
