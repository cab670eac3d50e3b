//! How plans read.

use serde_json::json;

use ebbtide::plan::{FORMAT, *};
use ebbtide::resource::Scope;

fn operation(id: usize, address: &str, operation: OperationKind, reason: &str) -> Operation {
    let address: Address = address.parse().unwrap();
    Operation {
        id,
        kind: address.kind().to_owned(),
        address,
        operation,
        generation: 1,
        reason: reason.into(),
        changes: Vec::new(),
        depends_on: Vec::new(),
        inputs: Value::Null,
        dependencies: Default::default(),
        protect: false,
        sleep: false,
        superseded: false,
        include_data: false,
    }
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
        format: FORMAT,
        version: "0".into(),
        scope,
        target,
        lineage: "l".into(),
        serial: 3,
        observation: String::new(),
        operations,
        kept,
        unchanged: 4,
        records: Vec::new(),
        outputs: Vec::new(),
        hash: "abc".into(),
    }
}

fn plain(plan: &Plan) -> String {
    anstream::adapter::strip_str(&render(plan, 100)).to_string()
}

#[test]
fn a_plan_is_grouped_aligned_and_summed_up() {
    let create = Operation {
        inputs: json!({"cidr": "10.0.0.0/24", "vpc": {"$ref": "ec2_vpc.main", "output": "vpc_id"}}),
        ..operation(0, "ec2_subnet.private-a", OperationKind::Create, "it does not exist")
    };
    let update = Operation {
        changes: vec![change("dns_support", json!(false), json!(true), false)],
        ..operation(1, "ec2_vpc.main", OperationKind::Update, "its inputs differ")
    };
    let replace = Operation {
        changes: vec![change("cidr", json!("10.0.1.0/24"), json!("10.0.2.0/24"), true)],
        ..operation(2, "ec2_subnet.b", OperationKind::Replace, "`cidr` cannot be changed in place")
    };
    let old = Operation { superseded: true, ..operation(3, "ec2_subnet.b", OperationKind::Delete, "replaced") };
    let text = plain(&plan(Target::Running, vec![create, update, replace, old], Vec::new()));
    insta::assert_snapshot!(text, @r#"
    demo in local → running  (account 123456789012, eu-west-1, state serial 3)

    Create (1)
        + ec2_subnet.private-a  it does not exist
              cidr  "10.0.0.0/24"
              vpc   (known after apply: ec2_vpc.main.vpc_id)

    Update in place (1)
        ~ ec2_vpc.main          its inputs differ
              dns_support  false → true

    Replace (1)
      -/+ ec2_subnet.b          `cidr` cannot be changed in place
              cidr  "10.0.1.0/24" → "10.0.2.0/24"  (forces replacement)

    Plan: 1 to create, 1 to update, 1 to replace, 4 unchanged.
    "#);
}

#[test]
fn a_pause_tells_what_sleeps_and_what_is_kept() {
    let sleep =
        Operation { sleep: true, ..operation(0, "sagemaker_endpoint.llm", OperationKind::Delete, "bills by the hour") };
    let kept = Kept { address: "s3_bucket.models".parse().unwrap(), reason: "it holds 3 objects".into() };
    let text = plain(&plan(Target::Paused, vec![sleep], vec![kept]));
    insta::assert_snapshot!(text, @r"
    demo in local → paused  (account 123456789012, eu-west-1, state serial 3)

    Put to sleep: deleted now, brought back by a resume (1)
        z sagemaker_endpoint.llm  bills by the hour

    Keep (1)
        = s3_bucket.models  it holds 3 objects

    Plan: 1 to put to sleep, 4 unchanged, 1 kept.
    ");
}

#[test]
fn nothing_to_do_is_said_in_one_line() {
    assert_eq!(summary_line(&plan(Target::Running, Vec::new(), Vec::new())), "Plan: no changes, 4 unchanged.");
}

#[test]
fn the_machine_readable_form_has_what_is_documented() {
    let plan = plan(Target::Running, vec![operation(0, "ec2_vpc.main", OperationKind::Create, "new")], Vec::new());
    let json = serde_json::to_value(PlanView::new(&plan)).unwrap();
    for key in ["format", "stack", "environment", "target", "serial", "operations", "kept", "summary", "hash"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    for key in ["id", "address", "kind", "operation", "reason", "changes", "depends_on"] {
        assert!(json["operations"][0].get(key).is_some(), "{key}");
    }
    assert_eq!(json["summary"]["create"], 1);
}
