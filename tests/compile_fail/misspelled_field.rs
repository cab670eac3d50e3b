use ebbtide::resource::fields;

struct Subnet {
    cidr: String,
    zone: String,
}

const REPLACE_ON: &[&str] = fields!(Subnet: cidr, zome);

fn main() {}
