//! Tests of plans as text and as JSON.

use serde_json::{Value, json};

use super::*;
use crate::cli::render::markdown::{MOST_OF_A_COMMENT, markdown};
use crate::cli::render::view::PlanView;
use ebbtide::cost::PlanCosts;
use ebbtide::plan::{Change, Deletion, Effect, Kept, PLAN_FORMAT, Purpose, Reason, Target, Upsert};
use ebbtide::resource::Scope;
use proptest::prelude::*;

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
        asleep: BTreeSet::new(),
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

/// Shows a plan beside which there is nothing.
fn shown<T>(plan: &Plan, show: impl FnOnce(&ShownPlan<'_>) -> T) -> T {
    let names = plan.operations.iter().map(|operation| operation.address.name()).collect();
    let (record, costs) = (RecordChanges::default(), no_costs());
    show(&ShownPlan {
        plan,
        record: &record,
        warnings: &[],
        costs: &costs,
        names: &names,
        unapplied: None,
        findings: &[],
    })
}

fn text(plan: &Plan, width: usize, full: bool) -> String {
    shown(plan, |shown| anstream::adapter::strip_str(&render(shown, width, full)).to_string())
}

fn plain(plan: &Plan) -> String {
    text(plan, 100, false)
}

fn json_of(plan: &Plan) -> Value {
    shown(plan, |shown| serde_json::to_value(PlanView::new(shown)).unwrap())
}

fn created(id: usize, address: &str, inputs: &Value, resolved: &Value) -> Operation {
    let change = |(field, new): (&String, &Value)| change(field, Value::Null, new.clone(), false);
    let changes = resolved.as_object().into_iter().flatten().map(change).collect();
    operation(id, address, Effect::Create(upsert(inputs.clone(), changes)), Reason::New)
}

/// Returns a plan with operations of all sorts in two components, and some that stand alone.
fn mixed() -> Plan {
    let tags = json!({"Environment": "local"});
    let inputs = json!({"cidr": "10.0.0.0/24", "tags": tags, "vpc": {"$ref": "ec2_vpc.main", "output": "vpc_id"}});
    let known = json!({"cidr": "10.0.0.0/24", "tags": tags, "vpc": "vpc-1"});
    let first = created(0, "ec2_subnet.main-a", &inputs, &known);
    let unknown = json!({"cidr": "10.0.0.0/24", "tags": tags, "vpc": null});
    let second = created(1, "ec2_subnet.main-b", &inputs, &unknown);
    let changes = vec![change("dns_support", json!(false), json!(true), false)];
    let reason = Reason::Changed { fields: vec!["dns_support".into()], outside: false };
    let update = operation(2, "ec2_vpc.main", Effect::Update(upsert(Value::Null, changes)), reason);
    let changes = vec![change("cidr", json!("10.0.1.0/24"), json!("10.0.2.0/24"), true)];
    let reason = Reason::Immutable { fields: vec!["cidr".into()], outside: false };
    let replace = operation(3, "ec2_subnet.core", Effect::Replace(upsert(Value::Null, changes)), reason);
    let old = operation(4, "ec2_subnet.core", deletion(Purpose::Supersede), Reason::Superseded);
    let gone = operation(5, "ec2_vpc.core", deletion(Purpose::Remove), Reason::NotWanted);
    let outside = created(6, "s3_bucket.models", &json!({"name": "acme"}), &json!({"name": "acme"}));
    let outside = Operation { reason: Reason::DeletedOutside, ..outside };
    plan(Target::Running, vec![first, second, update, replace, old, gone, outside], Vec::new())
}

#[test]
fn a_plan_is_grouped_by_component_and_summed_up() {
    insta::assert_snapshot!(plain(&mixed()), @r#"
    demo in local → running  (account 123456789012, eu-west-1, state serial 3)

    main
        + 2 new: 2 × ec2_subnet
        ~ ec2_vpc.main      dns_support  false → true
    core
      +/- ec2_subnet.core   created, then the old one deleted: cidr changed and cannot be changed in
                            place
              cidr  "10.0.1.0/24" → "10.0.2.0/24"  (forces replacement)
        - ec2_vpc.core      deleted: no longer wanted
    others
        + s3_bucket.models  deleted outside of ebb

    Plan: 3 to create, 1 to update, 1 to replace, 1 to delete, 4 unchanged.
    Cost: $0.00 an hour, $0.00 a month of 730 hours.
    "#);
}

#[test]
fn a_full_plan_shows_each_operation_and_the_values_that_are_known() {
    insta::assert_snapshot!(text(&mixed(), 100, true), @r#"
    demo in local → running  (account 123456789012, eu-west-1, state serial 3)
      tags of all new resources: Environment=local

    main
        + ec2_subnet.main-a  new
              cidr  "10.0.0.0/24"
              vpc   "vpc-1"
        + ec2_subnet.main-b  new
              cidr  "10.0.0.0/24"
              vpc   (known after apply: ec2_vpc.main.vpc_id)
        ~ ec2_vpc.main       dns_support  false → true
    core
      +/- ec2_subnet.core    created, then the old one deleted: cidr changed and cannot be changed in
                             place
              cidr  "10.0.1.0/24" → "10.0.2.0/24"  (forces replacement)
        - ec2_vpc.core       deleted: no longer wanted
    others
        + s3_bucket.models   deleted outside of ebb
              name  "acme"

    Plan: 3 to create, 1 to update, 1 to replace, 1 to delete, 4 unchanged.
    Cost: $0.00 an hour, $0.00 a month of 730 hours.
    "#);
}

#[test]
fn a_plan_as_markdown_has_a_part_for_each_component() {
    insta::assert_snapshot!(shown(&mixed(), markdown), @r#"
    ### demo in local → running

    **Plan: 3 to create, 1 to update, 1 to replace, 1 to delete, 4 unchanged.**

    - Cost: $0.00 an hour, $0.00 a month of 730 hours.

    <sub>account 123456789012, eu-west-1, state serial 3</sub>

    <details><summary>main (3)</summary>

    ```diff
    + ec2_subnet.main-a  new
    + ec2_subnet.main-b  new
    ! ec2_vpc.main
          dns_support  false → true
    ```

    </details>

    <details><summary>core (2)</summary>

    ```diff
    ! +/- ec2_subnet.core  created, then the old one deleted: cidr changed and cannot be changed in place
          cidr  "10.0.1.0/24" → "10.0.2.0/24"  (forces replacement)
    - ec2_vpc.core  deleted: no longer wanted
    ```

    </details>

    <details><summary>others (1)</summary>

    ```diff
    + s3_bucket.models  deleted outside of ebb
    ```

    </details>
    "#);
}

/// Returns values as short, long, nested and hostile as inputs may be.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        "[ -~`|<>&\u{1b}\n漢]{0,60}".prop_map(Value::from),
        "[a-z]{200,400}".prop_map(Value::from),
        Just(json!({"$ref": "ec2_vpc.main", "output": "vpc_id"})),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z]{1,30}", inner, 0..4).prop_map(|fields| json!(fields)),
        ]
    })
}

fn operations() -> impl Strategy<Value = Operation> {
    let fields = || "[a-z_.]{1,90}";
    let changes = prop::collection::vec((fields(), values(), values(), any::<bool>()), 0..18);
    let address = ("[a-z][a-z_]{2,30}", "[a-z]{1,6}(-[a-z]{1,30}){0,2}");
    (address, 0..6_usize, changes, prop::collection::btree_map("[a-z]{1,20}", values(), 0..6)).prop_map(
        |((kind, name), which, changes, inputs)| {
            let names: Vec<String> = changes.iter().map(|(field, ..)| field.clone()).collect();
            let changes =
                changes.into_iter().map(|(field, old, new, forced)| change(&field, old, new, forced)).collect();
            let upsert = upsert(json!(inputs), changes);
            let (effect, reason) = match which {
                0 | 1 => (Effect::Create(upsert), Reason::New),
                2 => (Effect::Update(upsert), Reason::Changed { fields: names, outside: true }),
                3 => (Effect::Replace(upsert), Reason::Immutable { fields: names, outside: false }),
                4 => (deletion(Purpose::Sleep), Reason::Paused),
                _ => (deletion(Purpose::Remove), Reason::NotWanted),
            };
            operation(0, &format!("{kind}.{name}"), effect, reason)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_is_wider_than_the_terminal_and_a_full_plan_leaves_nothing_out(
        operations in prop::collection::vec(operations(), 0..30),
        width in 40..160_usize,
    ) {
        let plan = plan(Target::Running, operations, Vec::new());
        for full in [false, true] {
            let text = text(&plan, width, full);
            for line in text.lines() {
                prop_assert!(line.chars().count() <= width, "{width}: {line:?}");
                prop_assert!(!line.contains('\u{1b}'), "{line:?}");
            }
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            let all = letters(&text);
            for operation in plan.operations.iter().filter(|_| full) {
                prop_assert!(all.contains(&letters(&operation.address.to_string())), "{}", operation.address);
            }
        }
    }

    #[test]
    fn a_comment_is_never_too_long_and_says_how_much_is_left_out(
        operations in prop::collection::vec(operations(), 0..40),
        times in prop_oneof![Just(1_usize), Just(30), Just(200)],
    ) {
        let one = operations.clone();
        let repeated: Vec<Operation> = std::iter::repeat_n(one, times).flatten().collect();
        let plan = plan(Target::Running, repeated, Vec::new());
        let text = shown(&plan, markdown);
        prop_assert!(text.len() <= MOST_OF_A_COMMENT, "{}", text.len());
        let fences = text.lines().filter(|line| line.starts_with("```")).count();
        prop_assert_eq!(fences, 2 * text.matches("<details>").count());
        prop_assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        let entry = |line: &&str| matches!(line.as_bytes(), [b'+' | b'-' | b'!', b' ', first, ..] if *first != b' ');
        let is_entry = |line: &&str| entry(line) && plan.operations.iter().any(|one| line.contains(&one.address.to_string()));
        let there = text.lines().filter(is_entry).count();
        let left_out = text.lines().find(|line| line.contains("left out: a comment has room"));
        let left_out = match left_out {
            None => 0,
            Some(line) if line.starts_with("_The fields") => 0,
            Some(line) if line.starts_with("_One entry") => 1,
            Some(line) => line[1..].split(' ').next().unwrap().parse::<usize>().unwrap(),
        };
        prop_assert!(there + left_out >= plan.operations.len(), "{there} + {left_out} of {}", plan.operations.len());
    }
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

        z sagemaker_endpoint.llm  put to sleep

    Keep (1)
        = s3_bucket.models  acme-models: it holds 3 objects

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

        - ec2_subnet.b  generation 1 was replaced and still exists

    Plan: 1 earlier generation to delete, 4 unchanged.
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
    let json = json_of(&plan);
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
    let json = json_of(&plan);
    assert_eq!(json["operations"][1]["deletes_first"], true);
}
