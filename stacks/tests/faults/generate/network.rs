//! Networks and everything in them.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::aws::ec2::{
    DefaultSecurityGroup, ElasticIp, InternetGateway, NatGateway, Peer, Route, RouteTable, SecurityGroup, SecurityRule,
    Subnet, Vpc, VpcEndpoint,
};
use ebbtide::stack::Stack;

use super::{Made, Network, Piece, Shape, block, pick, tags};

impl Made {
    pub(super) fn network(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        if piece.shape == Shape::Vpc {
            // A network with another block is another one.
            let base = piece.name % 60 + 64 * (variant % 2);
            let vpc = Vpc { tags: tags(variant / 2), ..Vpc::new(block(&format!("10.{base}.0.0/16"))) };
            let id = stack.add(name, vpc).vpc_id;
            self.networks.push(Network {
                name: name.to_owned(),
                base,
                id,
                gateway: None,
                nat: None,
                subnets: Vec::new(),
                zones: BTreeMap::new(),
                free: Vec::new(),
                groups: Vec::new(),
                tables: Vec::new(),
                endpoints: BTreeSet::new(),
                default_group: false,
            });
            return Some(());
        }
        if piece.shape == Shape::Address {
            let address = ElasticIp { keep_while_paused: variant == 3, tags: tags(variant % 2) };
            self.addresses.push((name.to_owned(), stack.add(name, address).allocation_id));
            return Some(());
        }
        let count = self.networks.len();
        let network = self.networks.get_mut(usize::from(on) % count.max(1))?;
        match piece.shape {
            Shape::Subnet => {
                let zone = ["eu-west-1a", "eu-west-1b"][usize::from(variant % 2)];
                let cidr = block(&format!("10.{}.{}.0/24", network.base, piece.name));
                let subnet = Subnet { tags: tags(variant / 2), ..Subnet::private(&network.id, cidr, zone) };
                let id = stack.add(name, subnet).subnet_id;
                network.subnets.push(id.clone());
                network.zones.entry(zone).or_insert_with(|| id.clone());
                network.free.push(id);
            }
            Shape::Gateway if network.gateway.is_none() => {
                let gateway = InternetGateway::new(&network.id);
                network.gateway = Some(stack.add(&network.name, gateway).internet_gateway_id);
            }
            Shape::Nat => {
                let (gateway, subnet) = (network.gateway.clone()?, pick(&network.subnets, on)?);
                let (name, address) = self.addresses.pop()?;
                let nat = NatGateway { tags: tags(variant), ..NatGateway::public(&subnet, address) };
                let nat = stack.add(&name, nat).nat_gateway_id;
                stack.after(&nat, &gateway);
                network.nat = Some(nat);
            }
            Shape::Table => {
                let routes = match (variant, &network.gateway, &network.nat) {
                    (0, Some(gateway), _) => vec![Route::to_internet(gateway)],
                    (1 | 2, _, Some(nat)) => vec![Route::through_nat(nat)],
                    _ => Vec::new(),
                };
                let subnets = network.free.pop().into_iter().collect();
                let table = RouteTable { vpc: network.id.clone(), routes, subnets, tags: tags(variant) };
                network.tables.push(stack.add(name, table).route_table_id);
            }
            Shape::Group => {
                let from = block(&format!("10.{}.0.0/16", network.base));
                let ingress = (0..variant).map(|n| SecurityRule::tcp(443 + u16::from(n), Peer::Cidr(from))).collect();
                let group = SecurityGroup { ingress, ..SecurityGroup::new(&network.id, "generated") };
                network.groups.push(stack.add(name, group).security_group_id);
            }
            Shape::DefaultGroup if !network.default_group => {
                network.default_group = true;
                let ingress = (0..variant).map(|n| SecurityRule::tcp(443 + u16::from(n), Peer::Itself)).collect();
                let group = DefaultSecurityGroup { ingress, ..DefaultSecurityGroup::closed(&network.id) };
                stack.add(&network.name, group);
            }
            Shape::VpcEndpoint if variant < 2 && network.endpoints.insert("s3") => {
                let tables = network.tables.iter().take(usize::from(variant) + 1).cloned().collect();
                stack.add(&format!("{}-s3", network.name), VpcEndpoint::gateway(&network.id, "s3", tables));
            }
            Shape::VpcEndpoint if variant >= 2 && network.endpoints.insert("sagemaker.runtime") => {
                let (subnet, group) = (pick(&network.subnets, on)?, pick(&network.groups, on)?);
                stack.add(name, VpcEndpoint::interface(&network.id, "sagemaker.runtime", vec![subnet], vec![group]));
            }
            _ => {}
        }
        Some(())
    }
}
