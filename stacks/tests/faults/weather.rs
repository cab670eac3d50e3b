//! A command waits for trouble that passes, and reaches its target without being run again. Trouble that does not pass is
//! reported at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_engine::apply::Event;
use ebbtide_engine::sdk::Hint as _;
use jiff::Timestamp;

use crate::fault::Fault;
use crate::observer::difference;
use crate::random::Random;
use crate::shipped::{Case, Shipped};

/// Runs every command of adeptai in this weather: it must reach its target the first time, like its twin.
async fn reaches_in(words: &str) {
    for Case { name, command, start } in Shipped::Adeptai.cases().await {
        let twin = start.copy();
        twin.reaches(&command).await.unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        let failures = std::sync::Mutex::new(Vec::new());
        let on_event = |event| {
            if let Event::OperationFailed { address, error, .. } = event {
                failures.lock().expect("nobody panicked").push(format!("{address}: {error}"));
            }
        };
        let ran = start.under_with(&command, Some(&Fault::Weather(words.to_owned())), &on_event).await;
        let ended = ran.result.expect("its process goes on");
        let finished = ended.unwrap_or_else(|failure| panic!("{name} in `{words}`: {failure}"));
        assert!(finished.success, "{name} in `{words}`: {:?}", failures.lock().expect("nobody panicked"));
        let wrong = difference(&twin.inventory().await, &start.inventory().await);
        assert!(wrong.is_empty(), "{name} in `{words}`: {wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttling_of_a_third_of_all_calls_passes() {
    reaches_in("fail=throttle:30%:seed=7").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bursts_of_errors_pass() {
    reaches_in("fail=error:burst=20..40 fail=unavailable:burst=90..120").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_without_a_response_are_repeated() {
    reaches_in("hang=12 hang=60 hang=61 hang=150").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn truncated_responses_and_cut_connections_pass() {
    reaches_in("fail=truncate:10%:seed=4 fail=cut:10%:seed=9").await;
}

/// A third of the calls arrives twice, except those for which AWS itself would create two resources: EC2 has no token
/// for them, and nothing on the way sends them again.
struct Twice;

impl CallHook for Twice {
    fn before(&self, call: &Call) -> FaultAction {
        let creates_another =
            ["CreateVpc", "CreateInternetGateway", "AllocateAddress"].contains(&call.operation.as_str());
        if call.number.is_multiple_of(3) && !creates_another { FaultAction::ActTwice } else { FaultAction::Act }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_arrive_twice_create_nothing_twice() {
    for Case { name, command, start } in Shipped::Adeptai.cases().await {
        let twin = start.copy();
        twin.reaches(&command).await.unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        let cloud = start.cloud();
        cloud.faults().install(Arc::new(Twice));
        let ran = start.run_on(&cloud, start.backend(), &command, &|_| {}).await;
        assert!(ran.is_ok_and(|finished| finished.success), "{name}");
        let wrong = difference(&twin.inventory().await, &start.inventory().await);
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_that_lag_behind_are_waited_for() {
    reaches_in("stale=200ms:50%:seed=5").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resource_created_a_moment_ago_is_not_mistaken_for_deleted() {
    let Case { command, start, .. } = Shipped::Adeptai.cases().await.pop().expect("the apply is the last case");
    let (cloud, behind) = (start.cloud(), Arc::new(Behind::default()));
    cloud.faults().install(Arc::clone(&behind) as Arc<dyn CallHook>);
    for (reads_lag, created) in [(false, 67), (true, 0)] {
        behind.0.store(reads_lag, Ordering::SeqCst);
        let ran = start.run_on(&cloud, start.backend(), &command, &|_| {}).await.unwrap();
        assert!(ran.success);
        assert_eq!(ran.summary.create, created, "{:?}", ran.summary);
    }
}

/// Reads that lag behind from some moment on.
#[derive(Default)]
struct Behind(AtomicBool);

impl CallHook for Behind {
    fn longest_lag(&self) -> Duration {
        Duration::from_millis(300)
    }

    fn lag(&self, _call: &Call) -> Duration {
        if self.0.load(Ordering::SeqCst) { self.longest_lag() } else { Duration::ZERO }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_and_network_interfaces_take_their_time() {
    for Case { name, command, mut start } in Shipped::Adeptai.cases().await {
        start.settings.assumable_after = Duration::from_millis(400);
        start.settings.interfaces_linger = Duration::from_millis(400);
        start.reaches(&command).await.unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_credentials_end_a_command_at_once_and_new_ones_complete_it() {
    let mut random = Random::new(11);
    for Case { name, command, start } in Shipped::Adeptai.cases().await {
        let (points, expected) = crate::every_point::points(&start, &command).await;
        let calls = points.len() as u64 / 3;
        for _ in 0..3 {
            let at = 2 + random.below(calls);
            let world = start.copy();
            let messages = std::sync::Mutex::new(Vec::new());
            let on_event = |event| {
                if let Event::OperationFailed { error, hint, .. } = event {
                    messages.lock().expect("nobody panicked").push(format!("{error} {}", hint.unwrap_or_default()));
                }
            };
            let begun = Instant::now();
            let ran = world.under_with(&command, Some(&Fault::Weather(format!("expired={at}"))), &on_event).await;
            assert!(begun.elapsed() < Duration::from_secs(5), "{name}, expired at {at}: it was tried again and again");
            let mut messages = messages.into_inner().expect("nobody panicked");
            match ran.result.expect("its process goes on") {
                Ok(finished) if finished.success => continue,
                Ok(_) => {}
                Err(failure) => messages.push(format!("{failure} {}", failure.hint().unwrap_or_default())),
            }
            let helpful =
                messages.iter().any(|text| text.to_lowercase().contains("expired") && text.contains("sign in"));
            assert!(helpful, "{name}, expired at {at}: {messages:?}");
            world.settles(&command, &expected).await.unwrap_or_else(|wrong| panic!("{name}, expired at {at}: {wrong}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_a_command_names_the_file_and_loses_nothing() {
    let mut random = Random::new(5);
    for Case { name, command, start } in Shipped::Adeptai.cases().await {
        let (points, expected) = crate::every_point::points(&start, &command).await;
        let writes = points.iter().filter(|point| matches!(point, Fault::Write { done: true, .. })).count() as u64;
        // At the beginning, and somewhere on the way: the grouping of writes differs from run to run.
        for from in [1, 2, 2 + random.below(writes / 2)] {
            let world = start.copy();
            let ran = world.under(&command, Some(&Fault::FullDisk { from })).await;
            let Some(Err(failure)) = ran.result else { panic!("{name}, full from {from}: it did not fail") };
            let (message, hint) = (failure.to_string(), failure.hint().unwrap_or_default());
            assert!(message.contains("faults.json") && hint.contains("disk is not full"), "{name}: {message}; {hint}");
            world
                .settles(&command, &expected)
                .await
                .unwrap_or_else(|wrong| panic!("{name}, full from {from}: {wrong}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_changes_nothing() {
    /// Jumps years ahead, years back, a second on, and again.
    fn jumping() -> Timestamp {
        static CALLS: AtomicI64 = AtomicI64::new(0);
        let call = CALLS.fetch_add(1, Ordering::SeqCst);
        let years = [0, 7, -9, 3][usize::try_from(call % 4).expect("small")];
        Timestamp::from_second(1_767_225_600 + years * 31_557_600 + call).expect("a time")
    }
    for Case { name, command, mut start } in Shipped::Adeptai.cases().await {
        let (_, expected) = crate::every_point::points(&start, &command).await;
        start.clock = jumping;
        let start = Arc::new(start);
        for fault in [Fault::Call { at: 70, acted: true }, Fault::Write { at: 4, done: false }] {
            let world = start.copy();
            world.under(&command, Some(&fault)).await;
            world.settles(&command, &expected).await.unwrap_or_else(|wrong| panic!("{name}, {fault}: {wrong}"));
        }
    }
}
