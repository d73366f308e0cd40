import { Chart } from "./chart";

export default function Page() {
  return <Chart symbol="AAPL" />;
}
