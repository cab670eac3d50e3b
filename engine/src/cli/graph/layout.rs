//! A layered layout: each resource is placed to the left of all its dependencies, in the band of its component.

/// The position of each node: its column, and its row in the band of its component.
pub(super) struct Layout {
    pub(super) places: Vec<(usize, usize)>,
    pub(super) columns: usize,
    /// The number of rows of each band.
    pub(super) bands: Vec<usize>,
}

/// Lays out nodes, given by their bands, with edges from each node to its dependencies. The edges must form no cycle.
pub(super) fn layered(band_of: &[usize], edges: &[(usize, usize)]) -> Layout {
    let count = band_of.len();
    let mut columns_of = columns(count, edges);
    let columns = columns_of.iter().max().map_or(0, |last| last + 1);
    // A reader goes from a resource to what it needs.
    columns_of.iter_mut().for_each(|column| *column = columns - 1 - *column);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (node, column) in columns_of.iter().enumerate() {
        order[*column].push(node);
    }
    let mut neighbors: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in edges {
        neighbors[*from].push(*to);
        neighbors[*to].push(*from);
    }
    let mut rows = vec![0.0; count];
    for nodes in &mut order {
        nodes.sort_by_key(|node| band_of[*node]);
        place(nodes, &mut rows);
    }
    // Each node moves to the middle of its neighbours, in sweeps to the right and back, which removes most crossings.
    for sweep in 0..8 {
        let sequence: Vec<usize> = if sweep % 2 == 0 { (0..columns).collect() } else { (0..columns).rev().collect() };
        for column in sequence {
            let middle = |node: usize| {
                let near = &neighbors[node];
                if near.is_empty() {
                    rows[node]
                } else {
                    #[expect(clippy::cast_precision_loss, reason = "a drawing has few nodes")]
                    let count = near.len() as f64;
                    near.iter().map(|other| rows[*other]).sum::<f64>() / count
                }
            };
            let mut sorted: Vec<(f64, usize)> = order[column].iter().map(|node| (middle(*node), *node)).collect();
            sorted.sort_by(|a, b| band_of[a.1].cmp(&band_of[b.1]).then(a.0.total_cmp(&b.0)));
            order[column] = sorted.into_iter().map(|(_, node)| node).collect();
            place(&order[column], &mut rows);
        }
    }
    let mut places = vec![(0, 0); count];
    let mut bands = vec![0; band_of.iter().max().map_or(0, |last| last + 1)];
    for (column, nodes) in order.iter().enumerate() {
        let mut next = vec![0; bands.len()];
        for node in nodes {
            let band = band_of[*node];
            places[*node] = (column, next[band]);
            next[band] += 1;
            bands[band] = bands[band].max(next[band]);
        }
    }
    Layout { places, columns, bands }
}

/// Sets the rows of a column's nodes as fractions of its height, so that columns of different length can be compared.
fn place(nodes: &[usize], rows: &mut [f64]) {
    for (row, node) in nodes.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a drawing has few nodes")]
        let fraction = (row as f64 + 0.5) / nodes.len() as f64;
        rows[*node] = fraction;
    }
}

/// Returns the column of each node: one more than that of its rightmost dependency.
fn columns(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut columns = vec![0; count];
    let mut waits_for = vec![0_usize; count];
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in edges {
        waits_for[*from] += 1;
        waiting[*to].push(*from);
    }
    let mut free: Vec<usize> = (0..count).filter(|node| waits_for[*node] == 0).collect();
    while let Some(node) = free.pop() {
        for other in &waiting[node] {
            columns[*other] = columns[*other].max(columns[node] + 1);
            waits_for[*other] -= 1;
            if waits_for[*other] == 0 {
                free.push(*other);
            }
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_is_left_of_its_dependencies_and_covers_no_other() {
        let edges = [(1, 0), (2, 0), (3, 1), (3, 2), (4, 0), (5, 4), (5, 3)];
        let bands = [1, 0, 0, 0, 1, 0, 1];
        let layout = layered(&bands, &edges);
        for (from, to) in edges {
            assert!(layout.places[from].0 < layout.places[to].0, "{from} → {to}");
        }
        let distinct: std::collections::BTreeSet<_> = layout.places.iter().zip(bands).collect();
        assert_eq!((distinct.len(), layout.columns, layout.bands), (7, 4, vec![2, 2]));
    }
}
