// A form for a value of a JSON Schema. `undefined` leaves a value out of the request.

import { type ReactNode, useId, useState } from "react";
import { isObject, type Json, type JsonObject } from "./json";
import { type Field, fieldOf, initialValue, propertiesOf } from "./schema";

export type Faults = ReadonlyMap<string, string>;

interface InputProps {
  readonly label: string;
  readonly schema: JsonObject;
  readonly required: boolean;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
  /** Where the value is in the request, as the server's error details say it: `range.from`. */
  readonly path: string;
  readonly faults: Faults;
}

/** The form for a whole request: its properties, without a frame around them. */
export function RequestForm(props: Omit<InputProps, "label" | "required">): ReactNode {
  const field = fieldOf(props.schema);
  if (field.kind !== "object") return <Input {...props} label="Request" required />;
  if (propertiesOf(field.schema).length === 0) return <p className="quiet">This route needs no parameters.</p>;
  return <Properties {...props} schema={field.schema} />;
}

function Properties({ schema, value, onChange, path, faults }: Omit<InputProps, "label" | "required">): ReactNode {
  const values = isObject(value) ? value : {};
  const change = (name: string, next: Json | undefined): void => {
    const { [name]: _, ...others } = values;
    onChange(next === undefined ? others : { ...values, [name]: next });
  };
  return propertiesOf(schema).map(({ name, schema: property, required }) => (
    <Input
      key={name}
      label={name}
      schema={property}
      required={required}
      value={values[name]}
      onChange={(next) => change(name, next)}
      path={path ? `${path}.${name}` : name}
      faults={faults}
    />
  ));
}

function Input(props: InputProps): ReactNode {
  const id = useId();
  const field = fieldOf(props.schema);
  const fault = props.faults.get(props.path);
  const described = [field.description && `${id}-about`, fault && `${id}-fault`].filter(Boolean).join(" ");
  const notes = (
    <>
      {field.description && (
        <p className="about" id={`${id}-about`}>
          {field.description}
        </p>
      )}
      {fault && (
        <p className="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </>
  );
  const label = (
    <>
      {props.label}
      {props.required ? <span className="must"> required</span> : <span className="may"> optional</span>}
    </>
  );
  if (field.kind === "object" || field.kind === "list") {
    const Group = field.kind === "object" ? ObjectInput : ListInput;
    return (
      <fieldset className="group" aria-describedby={described || undefined}>
        <legend>{label}</legend>
        {notes}
        <Group {...props} field={field} />
      </fieldset>
    );
  }
  return (
    <div className={fault ? "field wrong" : "field"}>
      <label htmlFor={id}>{label}</label>
      <Scalar {...props} field={field} id={id} described={described} wrong={fault !== undefined} />
      {notes}
    </div>
  );
}

interface ScalarProps extends InputProps {
  readonly field: Field;
  readonly id: string;
  readonly described: string;
  readonly wrong: boolean;
}

function Scalar({ field, id, described, wrong, required, value, onChange }: ScalarProps): ReactNode {
  const common = { id, "aria-describedby": described || undefined, "aria-invalid": wrong || undefined } as const;
  const empty = required && field.nullable ? null : undefined;
  const { schema } = field;
  switch (field.kind) {
    case "choice":
    case "boolean": {
      const choices = field.kind === "boolean" ? [true, false] : field.choices;
      const chosen = choices.findIndex((choice) => choice === value);
      return (
        <select
          {...common}
          value={String(chosen)}
          onChange={(event) => onChange(event.target.value === "-1" ? empty : choices[Number(event.target.value)])}
        >
          {(!required || field.nullable || chosen < 0) && <option value="-1">{empty === null ? "null" : "not set"}</option>}
          {choices.map((choice, index) => (
            <option key={index} value={String(index)}>
              {typeof choice === "string" ? choice : JSON.stringify(choice)}
            </option>
          ))}
        </select>
      );
    }
    case "number":
    case "integer":
      return (
        <input
          {...common}
          type="number"
          inputMode={field.kind === "integer" ? "numeric" : "decimal"}
          step={field.kind === "integer" ? 1 : "any"}
          min={numberOf(schema.minimum)}
          max={numberOf(schema.maximum)}
          value={typeof value === "number" ? value : ""}
          onChange={(event) => onChange(event.target.value === "" ? empty : event.target.valueAsNumber)}
        />
      );
    case "text":
      return (
        <input
          {...common}
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder={hintOf(schema)}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => onChange(event.target.value !== "" ? event.target.value : required ? (empty ?? "") : undefined)}
        />
      );
    default:
      return <JsonInput {...common} value={value} onChange={onChange} required={required} rows={3} />;
  }
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

const HINTS: Readonly<Record<string, string>> = {
  "date-time": "2025-11-01T12:00:00Z",
  date: "2025-11-01",
  time: "12:00:00",
  uuid: "00000000-0000-0000-0000-000000000000",
  duration: "PT1M",
};

function hintOf(schema: JsonObject): string | undefined {
  return typeof schema.format === "string" ? HINTS[schema.format] : undefined;
}

function ObjectInput(props: InputProps & { readonly field: Field }): ReactNode {
  const { value, onChange, field, required, label } = props;
  if (!isObject(value)) {
    // An optional object starts folded: a recursive one would never end.
    return (
      <button type="button" className="plain" onClick={() => onChange(initialValue(field.schema, true) ?? {})}>
        Add {label}
      </button>
    );
  }
  return (
    <>
      <Properties {...props} schema={field.schema} />
      {!required && (
        <button type="button" className="plain" onClick={() => onChange(undefined)}>
          Remove {label}
        </button>
      )}
    </>
  );
}

function ListInput(props: InputProps & { readonly field: Field }): ReactNode {
  const { value, onChange, field, label, path, faults } = props;
  const items = Array.isArray(value) ? value : [];
  const schema = isObject(field.schema.items) ? field.schema.items : {};
  const put = (next: Json[]): void => onChange(next.length === 0 && !props.required ? undefined : next);
  return (
    <>
      {items.map((item, index) => (
        <div className="item" key={index}>
          <Input
            label={`${label} ${index + 1}`}
            schema={schema}
            required
            value={item}
            onChange={(next) => put(items.map((old, at) => (at === index ? (next ?? null) : old)))}
            path={`${path}.${index}`}
            faults={faults}
          />
          <button type="button" className="plain" onClick={() => put(items.filter((_, at) => at !== index))}>
            <span aria-hidden="true">×</span>
            <span className="unseen">Remove {`${label} ${index + 1}`}</span>
          </button>
        </div>
      ))}
      <button type="button" className="plain" onClick={() => put([...items, initialValue(schema, true) ?? null])}>
        Add {items.length > 0 ? "another" : "one"}
      </button>
    </>
  );
}

interface JsonInputProps {
  readonly id: string;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
  readonly required: boolean;
  readonly rows: number;
}

/** A value as JSON text; `onChange` gets it whenever the text is JSON. */
export function JsonInput({ value, onChange, required, rows, ...common }: JsonInputProps): ReactNode {
  const [text, setText] = useState(() => (value === undefined ? "" : JSON.stringify(value, null, 2)));
  const [wrong, setWrong] = useState("");
  const change = (next: string): void => {
    setText(next);
    if (next.trim() === "" && !required) {
      setWrong("");
      onChange(undefined);
      return;
    }
    try {
      onChange(JSON.parse(next) as Json);
      setWrong("");
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  return (
    <>
      <textarea
        {...common}
        className="code"
        rows={rows}
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-invalid={wrong !== "" || undefined}
        onChange={(event) => change(event.target.value)}
      />
      {wrong && <p className="fault">Not JSON yet: {wrong}</p>}
    </>
  );
}
