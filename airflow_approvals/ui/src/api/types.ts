import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type ActorKind = Schemas["ActorKind"];
export type Approval = Schemas["ApprovalShape"];
export type Approver = Schemas["ApproverShape"];
export type Choices = Schemas["ChoicesShape"];
export type Closed = Schemas["ClosedShape"];
export type Content = Schemas["ContentShape"];
export type ContentField = Updated["fields"][number];
export type Detail = Schemas["DetailShape"];
export type Edit = Schemas["EditBody"];
export type Event = Detail["events"][number];
export type Group = Schemas["GroupShape"];
export type Metrics = Schemas["MetricsShape"];
export type Order = Schemas["Order"];
export type Problem = Schemas["Problem"];
export type Row = Schemas["RowShape"];
export type Rows = Schemas["RowCollection"];
export type Status = Schemas["Status"];
export type Updated = Schemas["UpdatedShape"];
export type Verdict = Schemas["Verdict"];
