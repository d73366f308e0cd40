// A form for a value of a JSON Schema. `undefined` leaves a value out of the request; all else of a value is shown,
// as JSON where no other input can show it.

import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { exactNumber, isNumber, isObject, isSame, type Json, type JsonObject, parseJson, propertyOf, writeJson } from "./json";
import { canShow, type Field, fieldOf, initialValue, propertiesOf } from "./schema";

export type Faults = ReadonlyMap<string, string>;

interface InputProps {
  readonly label: string;
  readonly schema: JsonObject;
  readonly required: boolean;
  /** Whether the value is there though the schema does not name it. */
  readonly additional?: boolean;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
  /** Where the value is in the request, as the server's error details say it: `range.from`. */
  readonly path: string;
  readonly faults: Faults;
}

/** The form for a whole request: its properties, without a frame around them. */
export function RequestForm(props: Omit<InputProps, "label" | "required">): ReactNode {
  const field = fieldOf(props.schema);
  const { value } = props;
  if (field.kind !== "object" || !(isObject(value) || value === undefined)) return <Input {...props} label="Request" required />;
  if (propertiesOf(field.schema).length === 0 && Object.keys(value ?? {}).length === 0)
    return <p className="quiet">There is nothing to fill in.</p>;
  return <Properties {...props} schema={field.schema} />;
}

function Properties({ schema, value, onChange, path, faults }: Omit<InputProps, "label" | "required">): ReactNode {
  const values = isObject(value) ? value : {};
  const change = (name: string, next: Json | undefined): void => {
    const { [name]: _, ...others } = values;
    onChange(next === undefined ? others : { ...values, [name]: next });
  };
  const properties = propertiesOf(schema);
  const others = Object.keys(values).filter((name) => !properties.some((property) => property.name === name));
  const propsOf = (name: string) => ({
    label: name,
    value: propertyOf(values, name),
    onChange: (next: Json | undefined) => change(name, next),
    path: path ? `${path}.${name}` : name,
    faults,
  });
  return (
    <>
      {properties.map(({ name, schema: property, required }) => (
        <Input key={name} {...propsOf(name)} schema={property} required={required} />
      ))}
      {others.map((name) => (
        <div className="item" key={name}>
          <Input {...propsOf(name)} schema={isObject(schema.additionalProperties) ? schema.additionalProperties : {}} required additional />
          <RemoveButton name={name} onRemove={() => change(name, undefined)} />
        </div>
      ))}
    </>
  );
}

function RemoveButton({ name, onRemove }: { name: string; onRemove: () => void }): ReactNode {
  return (
    <button type="button" className="plain" onClick={onRemove}>
      <span aria-hidden="true">×</span>
      <span className="unseen">Remove {name}</span>
    </button>
  );
}

function Input(props: InputProps): ReactNode {
  const id = useId();
  const field = useField(props);
  const fault = props.faults.get(props.path);
  const described = [field.description && `${id}-about`, fault && `${id}-fault`].filter(Boolean).join(" ");
  const notes = (
    <>
      {field.kind === "json" && fieldOf(props.schema).kind !== "json" && (
        <p className="about">Shown as JSON, because the field's own input cannot show this value.</p>
      )}
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
      {props.additional ? (
        <span className="may"> additional</span>
      ) : props.required ? (
        <span className="must"> required</span>
      ) : (
        <span className="may"> optional</span>
      )}
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

/** Return how to ask for the value: as JSON from the moment when no other input can show it. */
function useField({ schema, required, value }: InputProps): Field {
  const field = fieldOf(schema);
  const [asJson, setAsJson] = useState(false);
  const shown = canShow(field, required, value);
  if (!shown && !asJson) setAsJson(true);
  return asJson || !shown ? { ...field, kind: "json" } : field;
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
      const choices: readonly Json[] = [...(field.kind === "boolean" ? [true, false] : field.choices), ...(field.nullable ? [null] : [])];
      const chosen = choices.findIndex((choice) => isSame(choice, value));
      return (
        <select {...common} value={String(chosen)} onChange={(event) => onChange(choices[Number(event.target.value)])}>
          {(!required || chosen < 0) && <option value="-1">not set</option>}
          {choices.map((choice, index) => (
            <option key={index} value={String(index)}>
              {typeof choice === "string" ? choice : writeJson(choice)}
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
          placeholder={value === null ? "null" : undefined}
          value={numberOf(value) ?? ""}
          onChange={(event) => onChange(event.target.value === "" ? empty : typedNumber(event.target.value))}
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
          placeholder={value === null ? "null" : hintOf(schema)}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => onChange(event.target.value !== "" ? event.target.value : required ? (empty ?? "") : undefined)}
        />
      );
    default:
      return <JsonInput {...common} value={value} onChange={onChange} required={required} rows={3} />;
  }
}

function numberOf(value: Json | undefined): string | undefined {
  return isNumber(value) ? String(value) : undefined;
}

/** Return the number of a number input, which allows `007` and `.5`; JSON does not. */
function typedNumber(text: string): Json {
  return exactNumber(text.replace(/^(-?)0+(?=\d)/, "$1").replace(/^(-?)\./, "$10."));
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
      <>
        {value === null && <Null />}
        <button type="button" className="plain" onClick={() => onChange(initialValue(field.schema, true) ?? {})}>
          Add {label}
        </button>
      </>
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

/** Says that a list or an object is null, not empty or left out. */
function Null(): ReactNode {
  return (
    <p className="about">
      <code>null</code>
    </p>
  );
}

function ListInput(props: InputProps & { readonly field: Field }): ReactNode {
  const { value, onChange, field, label, path, faults } = props;
  const items = Array.isArray(value) ? value : [];
  const schema = isObject(field.schema.items) ? field.schema.items : {};
  // An input keeps what is typed in it, so that it belongs to an item and not to a place in the list.
  const [keys, setKeys] = useState(() => items.map((_, index) => index));
  const [nextKey, setNextKey] = useState(items.length);
  const put = (next: Json[]): void => onChange(next.length === 0 && !props.required ? undefined : next);
  const add = (): void => {
    setKeys([...keys, nextKey]);
    setNextKey(nextKey + 1);
    put([...items, initialValue(schema, true) ?? null]);
  };
  const remove = (index: number): void => {
    setKeys(keys.filter((_, at) => at !== index));
    put(items.filter((_, at) => at !== index));
  };
  return (
    <>
      {value === null && <Null />}
      {items.map((item, index) => (
        <div className="item" key={keys[index]}>
          <Input
            label={`${label} ${index + 1}`}
            schema={schema}
            required
            value={item}
            onChange={(next) => put(items.map((old, at) => (at === index ? (next ?? null) : old)))}
            path={`${path}.${index}`}
            faults={faults}
          />
          <RemoveButton name={`${label} ${index + 1}`} onRemove={() => remove(index)} />
        </div>
      ))}
      <button type="button" className="plain" onClick={add}>
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
  readonly "aria-describedby"?: string | undefined;
}

/** A value as JSON text; `onChange` gets it whenever the text is JSON, else the input is invalid. */
export function JsonInput({ value, onChange, required, rows, "aria-describedby": described, ...common }: JsonInputProps): ReactNode {
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => (value === undefined ? "" : writeJson(value, 2)));
  const [wrong, setWrong] = useState("");
  useEffect(() => input.current?.setCustomValidity(wrong && `Not JSON yet: ${wrong}`), [wrong]);
  const change = (next: string): void => {
    setText(next);
    if (next.trim() === "" && !required) {
      setWrong("");
      onChange(undefined);
      return;
    }
    try {
      onChange(parseJson(next));
      setWrong("");
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  return (
    <>
      <textarea
        {...common}
        ref={input}
        className="code"
        rows={rows}
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-invalid={wrong !== "" || undefined}
        aria-describedby={[described, wrong && `${common.id}-json`].filter(Boolean).join(" ") || undefined}
        onChange={(event) => change(event.target.value)}
      />
      {wrong && (
        <p className="fault" id={`${common.id}-json`}>
          Not JSON yet: {wrong}
        </p>
      )}
    </>
  );
}

/**
 * Return whether all that is typed in `form` is a value; show the first input where it is not. What the schema says of
 * a value is the server's to check.
 */
export function isComplete(form: HTMLFormElement): boolean {
  const inputs = [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")];
  const wrong = inputs.find(({ validity }) => validity.customError || validity.badInput);
  wrong?.focus();
  if (wrong?.validity.badInput) wrong.reportValidity(); // the page itself says what is wrong with JSON
  return wrong === undefined;
}
