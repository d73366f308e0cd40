/* What a generated types.d.ts is like: the models of a datafeed. */

export interface BarsRequest {
  symbol: string;
  resolution?: string;
}

export interface Bar {
  symbol: string;
  close: number;
}

export interface BookRequest {
  symbol: string;
}

export interface BookChange {
  price: string;
  size: string;
}

export interface Book {
  sizes: { [key: string]: string };
}

export interface NewOrder {
  symbol: string;
  quantity: number;
}

export interface OrderAck {
  number: number;
}
