//! Load balancers with target groups and listeners.

use ebbtide::aws::elbv2::{Action, Listener, LoadBalancer, TargetGroup};
use ebbtide::aws::{LoadBalancerArn, TargetGroupArn, VpcId};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::{Made, Piece, Shape, pick, tags};

/// A load balancer with the target groups that it may have: each belongs to one load balancer.
pub struct Balancer {
    arn: Input<LoadBalancerArn>,
    vpc: Input<VpcId>,
    is_application: bool,
    groups: Vec<Input<TargetGroupArn>>,
}

impl Made {
    pub(super) fn balancing(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        let count = self.balancers.len();
        if piece.shape == Shape::Balancer {
            let count = self.networks.len();
            let network = self.networks.get(usize::from(on) % count.max(1))?;
            // One for HTTP needs two zones and a group.
            let zones: Vec<_> = network.zones.values().collect();
            let group = network.groups.first().filter(|_| zones.len() > 1);
            let (base, setting) = match group {
                Some(group) => (LoadBalancer::application(zones).with_group(group), "idle_timeout.timeout_seconds"),
                None => {
                    let subnet = pick(&network.subnets, on)?;
                    (LoadBalancer::network([subnet]), "load_balancing.cross_zone.enabled")
                }
            };
            let is_application = group.is_some();
            let value = if is_application { (60 + u32::from(variant)).to_string() } else { "true".to_owned() };
            let base = if variant % 2 == 1 { base.with(setting, value) } else { base };
            let arn = stack.add(name, LoadBalancer { tags: tags(variant / 2), ..base.internal() }).arn;
            self.balancers.push(Balancer { arn, vpc: network.id.clone(), is_application, groups: Vec::new() });
            return Some(());
        }
        let balancer = self.balancers.get_mut(usize::from(on) % count.max(1))?;
        if piece.shape == Shape::Targets {
            let base = match balancer.is_application {
                true => TargetGroup::http(&balancer.vpc, 80),
                false => TargetGroup::tcp(&balancer.vpc, 80),
            };
            let base = if variant % 2 == 1 { base.with("deregistration_delay.timeout_seconds", "30") } else { base };
            let group = TargetGroup { healthy_threshold: 2 + u32::from(variant / 2), ..base };
            balancer.groups.push(stack.add(name, group).arn);
            return Some(());
        }
        // A port is taken once.
        let port = 1000 + u16::from(piece.name);
        let listener = match (balancer.is_application, balancer.groups.last()) {
            (true, None) => Listener::http(&balancer.arn, port, Action::respond(200 + u16::from(variant), "OK")),
            (true, Some(group)) => {
                Listener::http(&balancer.arn, port, Action::split([(group, u32::from(variant) + 1)]))
            }
            (false, group) => Listener::tcp(&balancer.arn, port, Action::forward(group?)),
        };
        stack.add(name, Listener { tags: tags(variant), ..listener });
        Some(())
    }
}
