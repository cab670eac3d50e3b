//! Tests of plans as text and as JSON.

use serde_json::{Value, json};

use super::*;
use crate::cli::render::view::PlanView;
use ebbtide::plan::{Change, Deletion, Kept, PLAN_FORMAT, Purpose, Reason, Target, Upsert};
use ebbtide::resource::Scope;

fn operation(id: usize, address: &str, effect: Effect, reason: Reason) -> Operation {
    Operation { id, address: address.parse().unwrap(), generation: 1, reason, depends_on: Vec::new(), effect }
}

fn upsert(inputs: Value, changes: Vec<Change>) -> Upsert {
    Upsert { changes, version: 1, inputs, declared: None, dependencies: Default::default(), protect: false }
}

fn deletion(purpose: Purpose) -> Effect {
    Effect::Delete(Deletion { purpose, include_data: false })
}

fn change(field: &str, old: Value, new: Value, forces_replacement: bool) -> Change {
    Change { field: field.into(), known_after_apply: new.is_null(), old, new, forces_replacement }
}

fn plan(target: Target, operations: Vec<Operation>, kept: Vec<Kept>) -> Plan {
    let scope = Scope {
        environment: "local".into(),
        stack: "demo".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
    };
    Plan {
        format: PLAN_FORMAT,
        version: "0".into(),
        scope,
        target,
        lineage: "l".into(),
        serial: 3,
        observation: String::new(),
        operations,
        kept,
        not_run: Vec::new(),
        unchanged: 4,
        records: Vec::new(),
        outputs: Vec::new(),
        key: None,
        hash: "abc".into(),
    }
}

fn no_costs() -> PlanCosts {
    let nothing = ebbtide::cost::Costs::default();
    PlanCosts {
        hours_per_month: 730.0,
        before: nothing.clone(),
        after: nothing,
        paused: None,
        once: Vec::new(),
        remaining: Vec::new(),
        unchanged: Default::default(),
    }
}

fn plain(plan: &Plan) -> String {
    anstream::adapter::strip_str(&render(plan, &RecordChanges::default(), &no_costs(), 100)).to_string()
}

#[test]
fn a_plan_is_grouped_aligned_and_summed_up() {
    let inputs = json!({"cidr": "10.0.0.0/24", "vpc": {"$ref": "ec2_vpc.main", "output": "vpc_id"}});
    let create = operation(0, "ec2_subnet.private-a", Effect::Create(upsert(inputs, Vec::new())), Reason::New);
    let changes = vec![change("dns_support", json!(false), json!(true), false)];
    let reason = Reason::Changed { fields: vec!["dns_support".into()], outside: false };
    let update = operation(1, "ec2_vpc.main", Effect::Update(upsert(Value::Null, changes)), reason);
    let changes = vec![change("cidr", json!("10.0.1.0/24"), json!("10.0.2.0/24"), true)];
    let reason = Reason::Immutable { fields: vec!["cidr".into()], outside: false };
    let replace = operation(2, "ec2_subnet.b", Effect::Replace(upsert(Value::Null, changes)), reason);
    let old = operation(3, "ec2_subnet.b", deletion(Purpose::Supersede), Reason::Superseded);
    let text = plain(&plan(Target::Running, vec![create, update, replace, old], Vec::new()));
    insta::assert_snapshot!(text, @r#"
    demo in local → running  (account 123456789012, eu-west-1, state serial 3)

    Create (1)
        + ec2_subnet.private-a  new
              cidr  "10.0.0.0/24"
              vpc   (known after apply: ec2_vpc.main.vpc_id)

    Update in place (1)
        ~ ec2_vpc.main          dns_support changed
              dns_support  false → true

    Replace: +/- creates first, -/+ deletes first (1)
      +/- ec2_subnet.b          cidr changed and cannot be changed in place
              cidr  "10.0.1.0/24" → "10.0.2.0/24"  (forces replacement)

    Plan: 1 to create, 1 to update, 1 to replace, 4 unchanged.
    Cost: $0.00 an hour, $0.00 a month of 730 hours.
    "#);
}

#[test]
fn a_pause_shows_what_sleeps_and_what_is_kept() {
    let sleep = operation(0, "sagemaker_endpoint.llm", deletion(Purpose::Sleep), Reason::Paused);
    let kept = Kept {
        address: "s3_bucket.models".parse().unwrap(),
        reason: "it holds 3 objects".into(),
        id: Some("acme-models".into()),
    };
    let text = plain(&plan(Target::Paused, vec![sleep], vec![kept]));
    insta::assert_snapshot!(text, @r"
    demo in local → paused  (account 123456789012, eu-west-1, state serial 3)

    Put to sleep: deleted now, brought back by a resume (1)
        z sagemaker_endpoint.llm  bills by the hour, and the stack is paused

    Keep (1)
        = s3_bucket.models  acme-models  it holds 3 objects

    Plan: 1 to put to sleep, 4 unchanged, 1 kept.
    Cost: $0.00 an hour, $0.00 a month of 730 hours.
    ");
}

#[test]
fn an_earlier_generation_is_shown_where_no_replacement_is() {
    let old = operation(0, "ec2_subnet.b", deletion(Purpose::Supersede), Reason::Deposed(1));
    let text = plain(&plan(Target::Running, vec![old], Vec::new()));
    insta::assert_snapshot!(text, @r"
    demo in local → running  (account 123456789012, eu-west-1, state serial 3)

    Delete earlier generations (1)
        - ec2_subnet.b generation 1 was replaced and still exists

    Plan: earlier generations to delete, 4 unchanged.
    Cost: $0.00 an hour, $0.00 a month of 730 hours.
    ");
}

#[test]
fn an_empty_plan_is_summed_up_in_one_line() {
    assert_eq!(
        summary_line(&plan(Target::Running, Vec::new(), Vec::new()), &RecordChanges::default()),
        "Plan: no changes, 4 unchanged."
    );
}

#[test]
fn the_json_form_has_the_documented_fields() {
    let create = operation(0, "ec2_vpc.main", Effect::Create(upsert(Value::Null, Vec::new())), Reason::New);
    let plan = plan(Target::Running, vec![create], Vec::new());
    let json = serde_json::to_value(PlanView::new(&plan, &RecordChanges::default(), &[], &no_costs())).unwrap();
    for key in ["format", "stack", "environment", "target", "serial", "operations", "kept", "record", "summary", "hash"]
    {
        assert!(json.get(key).is_some(), "{key}");
    }
    for key in ["id", "address", "kind", "operation", "reason", "changes", "depends_on"] {
        assert!(json["operations"][0].get(key).is_some(), "{key}");
    }
    assert_eq!(json["summary"]["create"], 1);
}

#[test]
fn a_replacement_that_deletes_first_has_a_sign_of_its_own() {
    let old = operation(0, "ec2_subnet.b", deletion(Purpose::Supersede), Reason::Superseded);
    let reason = Reason::Immutable { fields: vec!["cidr".into()], outside: false };
    let new = operation(1, "ec2_subnet.b", Effect::Replace(upsert(Value::Null, Vec::new())), reason);
    let new = Operation { depends_on: vec![0], ..new };
    let plan = plan(Target::Running, vec![old, new], Vec::new());
    assert!(plain(&plan).contains("  -/+ ec2_subnet.b "), "{}", plain(&plan));
    let json = serde_json::to_value(PlanView::new(&plan, &RecordChanges::default(), &[], &no_costs())).unwrap();
    assert_eq!(json["operations"][1]["deletes_first"], true);
}
