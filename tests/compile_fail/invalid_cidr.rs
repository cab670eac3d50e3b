use ebbtide::prelude::*;

const NETWORK: Cidr = Cidr::new([10, 0, 0, 1], 16);

fn main() {
    println!("{NETWORK}");
}
