//! Questions gathered, shared, remembered and bounded, with a stand-in for EC2 in the process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as blocking;

use futures_util::future::join_all;

use super::*;

fn id(number: usize) -> InstanceId {
    InstanceId::parse(&format!("i-{number:017x}")).unwrap()
}

fn instance(id: &InstanceId) -> Instance {
    Instance {
        id: id.clone(),
        owner: "111122223333".parse().unwrap(),
        private_dns_name: Some(format!("ip-{id}.internal")),
        is_alive: true,
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

/// Those of even numbers exist; the calls so far are counted by their lengths.
#[derive(Clone, Default)]
struct Ec2 {
    calls: Arc<Mutex<Vec<usize>>>,
    is_down: Arc<AtomicBool>,
}

impl Ec2 {
    fn instances(&self) -> Instances {
        let this = self.clone();
        let describe = move |ids: &[InstanceId]| {
            this.calls.lock().unwrap().push(ids.len());
            if this.is_down.load(Ordering::SeqCst) {
                return Err(Ec2Error::GivenUp);
            }
            let even = ids.iter().filter(|id| {
                id.to_string()
                    .ends_with(['0', '2', '4', '6', '8', 'a', 'c', 'e'])
            });
            Ok(even.map(instance).collect())
        };
        let metrics = Arc::new(Metrics::new());
        Instances::start(Box::new(describe), Pace::new(0, 1), metrics)
    }

    fn calls(&self) -> Vec<usize> {
        self.calls.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_thousand_nodes_cost_twenty_calls_and_nothing_afterwards() {
    let ec2 = Ec2::default();
    let instances = ec2.instances();
    let ids: Vec<_> = (0..1_000).map(|number| id(2 * number)).collect();
    for _ in 0..2 {
        // Each twice at the same time.
        let questions = ids.iter().chain(&ids).map(|id| instances.find(id, soon()));
        for (found, id) in join_all(questions)
            .await
            .into_iter()
            .zip(ids.iter().chain(&ids))
        {
            assert_eq!(found, Ok(Found::Instance(Arc::new(instance(id)))));
        }
    }
    assert_eq!(ec2.calls(), vec![50; 20]);
}

#[tokio::test]
async fn one_that_does_not_exist_leaves_the_others_alone_and_is_asked_about_again_later() {
    let ec2 = Ec2::default();
    let instances = ec2.instances();
    let (even, odd) = (id(2), id(3));
    let (one, other) = tokio::join!(instances.find(&even, soon()), instances.find(&odd, soon()));
    assert_eq!(one, Ok(Found::Instance(Arc::new(instance(&even)))));
    assert_eq!(other, Ok(Found::Nothing));
    assert_eq!(instances.find(&odd, soon()).await, Ok(Found::Nothing));
    assert_eq!(ec2.calls(), [2]);
    let forgotten = Instant::now();
    instances
        .shared
        .known
        .insert(odd.clone(), (Found::Nothing, forgotten));
    assert_eq!(instances.find(&odd, soon()).await, Ok(Found::Nothing));
    assert_eq!(ec2.calls(), [2, 1]);
}

#[test]
fn whoever_may_have_a_name_in_a_moment_is_asked_about_again_then() {
    let named = instance(&id(2));
    let nameless = Instance {
        private_dns_name: None,
        ..named.clone()
    };
    let ended = Instance {
        is_alive: false,
        ..named.clone()
    };
    for (found, life) in [
        (Found::Instance(Arc::new(named)), KNOWN_FOR),
        (Found::Instance(Arc::new(nameless)), UNKNOWN_FOR),
        (Found::Instance(Arc::new(ended)), UNKNOWN_FOR),
        (Found::Nothing, UNKNOWN_FOR),
    ] {
        assert_eq!(found.life(), life, "{found:?}");
    }
}

#[tokio::test]
async fn a_failure_is_no_answer_and_not_remembered() {
    let ec2 = Ec2::default();
    let instances = ec2.instances();
    ec2.is_down.store(true, Ordering::SeqCst);
    assert_eq!(instances.find(&id(2), soon()).await, Err(NoAnswer::Failed));
    ec2.is_down.store(false, Ordering::SeqCst);
    let found = instances.find(&id(2), soon()).await;
    assert_eq!(found, Ok(Found::Instance(Arc::new(instance(&id(2))))));
    assert_eq!(ec2.calls(), [1, 1]);
}

#[tokio::test]
async fn a_panic_is_a_failure_to_all_who_wait() {
    let describe = |_: &[InstanceId]| -> Result<Vec<Instance>, Ec2Error> { panic!("on demand") };
    let metrics = Arc::new(Metrics::new());
    let instances = Instances::start(Box::new(describe), Pace::new(0, 1), metrics);
    for _ in 0..2 {
        assert_eq!(instances.find(&id(2), soon()).await, Err(NoAnswer::Failed));
    }
}

#[tokio::test]
async fn nobody_waits_beyond_his_deadline_and_the_number_of_questions_is_bounded() {
    let (release, held) = blocking::channel::<()>();
    let held = Mutex::new(held);
    let describe = move |ids: &[InstanceId]| {
        // Until the sender is dropped.
        let _ = held.lock().unwrap().recv();
        Ok(ids.iter().map(instance).collect())
    };
    let metrics = Arc::new(Metrics::new());
    let instances = Instances::start(Box::new(describe), Pace::new(0, 1), metrics);
    let at_once = Instant::now();
    let asked = (0..2 * MOST_ASKED).map(id).collect::<Vec<_>>();
    let outcomes = join_all(asked.iter().map(|id| instances.find(id, at_once))).await;
    let late = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(NoAnswer::Late));
    let refused = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(NoAnswer::Overloaded));
    assert_eq!(
        (late.count(), refused.count()),
        (MOST_ASKED, MOST_ASKED),
        "of {}",
        outcomes.len()
    );
    drop(release);
    let found = instances.find(asked.first().unwrap(), soon()).await;
    assert!(matches!(found, Ok(Found::Instance(_))), "{found:?}");
}
