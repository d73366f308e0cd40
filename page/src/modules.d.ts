declare module "*.css";

declare module "@asyncapi/react-component/lib/esm/without-parser" {
  import type { ComponentType } from "react";
  import type { ConfigInterface } from "@asyncapi/react-component";
  const AsyncApi: ComponentType<{ schema: object; config?: Partial<ConfigInterface> }>;
  export default AsyncApi;
}
