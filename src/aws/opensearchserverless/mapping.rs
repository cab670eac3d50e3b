//! The fields of an index.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::resource::Problems;
use crate::resource::cloud_control::Property;

/// A field of vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VectorField {
    /// The number of dimensions, 1 to 16,000: that of the model that makes the vectors.
    pub dimension: u32,
    /// The space in which vectors are compared; AWS chooses unless given.
    #[serde(default)]
    pub space: Option<VectorSpace>,
    /// The form of numbers; AWS chooses unless given.
    #[serde(default)]
    pub data: Option<VectorData>,
    /// The compression of vectors; AWS chooses unless given.
    #[serde(default)]
    pub compression: Option<Compression>,
    /// The method of approximate search; AWS chooses unless given.
    #[serde(default)]
    pub method: Option<VectorMethod>,
}

impl VectorField {
    /// Creates a field of vectors of so many dimensions.
    pub fn new(dimension: u32) -> Self {
        Self { dimension, space: None, data: None, compression: None, method: None }
    }
}

/// The space in which vectors are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VectorSpace {
    /// By their angle.
    Cosine,
    /// By their inner product.
    InnerProduct,
    /// By the straight line between them.
    Euclidean,
    /// By the sum of differences.
    Manhattan,
    /// By the greatest difference.
    Chebyshev,
    /// By the number of bits that differ.
    Hamming,
}

/// The form of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VectorData {
    /// 32 bits.
    Float,
    /// 8 bits.
    Byte,
}

/// The compression of vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compression {
    /// None.
    #[serde(rename = "1x")]
    None,
    /// To a half.
    #[serde(rename = "2x")]
    Half,
    /// To a quarter.
    #[serde(rename = "4x")]
    Quarter,
    /// To an eighth.
    #[serde(rename = "8x")]
    Eighth,
    /// To a sixteenth.
    #[serde(rename = "16x")]
    Sixteenth,
    /// To a thirty-second.
    #[serde(rename = "32x")]
    ThirtySecond,
}

/// A method of approximate search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorMethod {
    /// The algorithm.
    pub algorithm: VectorAlgorithm,
    /// The library. Collections of the next generation take none ("Field parameter 'engine' is not supported").
    #[serde(default)]
    pub engine: Option<VectorEngine>,
    /// The space in which vectors are compared, where the field does not say it.
    #[serde(default)]
    pub space: Option<VectorSpace>,
    /// The length of the list of candidates while the graph is built.
    #[serde(default)]
    pub ef_construction: Option<u32>,
    /// The number of neighbours in the graph, 2 to 100.
    #[serde(default)]
    pub m: Option<u32>,
}

impl VectorMethod {
    /// Creates the method of graphs.
    pub fn hnsw() -> Self {
        Self { algorithm: VectorAlgorithm::Hnsw, engine: None, space: None, ef_construction: None, m: None }
    }
}

/// An algorithm of approximate search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VectorAlgorithm {
    /// Graphs.
    Hnsw,
    /// Lists of near vectors.
    Ivf,
}

/// A library of approximate search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VectorEngine {
    /// NMSLIB.
    Nmslib,
    /// Faiss.
    Faiss,
    /// Lucene.
    Lucene,
}

/// A field that has no vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The kind of values.
    pub kind: FieldKind,
    /// Whether it can be searched; it can be unless given.
    #[serde(default)]
    pub indexed: Option<bool>,
    /// The analyzer of texts.
    #[serde(default)]
    pub analyzer: Option<String>,
    /// A value that AWS keeps with the field.
    #[serde(default)]
    pub value: Option<String>,
}

/// The kind of values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Texts, searched by their words.
    Text,
    /// Texts, searched as a whole.
    Keyword,
    /// Whole numbers.
    Integer,
}

impl Field {
    /// Creates a field that can be searched.
    pub fn new(kind: FieldKind) -> Self {
        Self { kind, indexed: None, analyzer: None, value: None }
    }
}

/// An analyzer of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analyzer {
    /// The type, such as `custom`.
    #[serde(default)]
    pub kind: Option<String>,
    /// The tokenizer.
    #[serde(default)]
    pub tokenizer: Option<String>,
    /// The filters of characters, in their order.
    #[serde(default)]
    pub char_filters: Vec<String>,
    /// The filters of tokens, in their order.
    #[serde(default)]
    pub filters: Vec<String>,
}

/// Reports names of fields or analyzers that AWS would refuse.
pub(super) fn check_names<T>(field: &str, named: &BTreeMap<String, T>, problems: &mut Problems) {
    let fits = |name: &str| {
        (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
    };
    for name in named.keys().filter(|name| !fits(name)) {
        problems.refuse(field, format!("`{name}` is not a name: use up to 64 letters, digits, `_`, `.` and `-`"));
    }
}

/// Reports fields of vectors that AWS would refuse.
pub(super) fn check_vectors(vectors: &BTreeMap<String, VectorField>, problems: &mut Problems) {
    check_names("vectors", vectors, problems);
    for (name, vector) in vectors {
        // "The dimension can be up to 16,000" (OpenSearch, k-NN vector field).
        if !(1..=16_000).contains(&vector.dimension) {
            problems.refuse("vectors", format!("{name}: the dimension is {}; AWS takes 1 to 16000", vector.dimension));
        }
        let Some(method) = &vector.method else { continue };
        if let Some(m) = method.m.filter(|m| !(2..=100).contains(m)) {
            problems.refuse("vectors", format!("{name}: `m` is {m}; AWS takes 2 to 100"));
        }
        if method.ef_construction == Some(0) {
            problems.refuse("vectors", format!("{name}: `ef_construction` is 0; AWS takes 1 at least"));
        }
        if let (Some(one), Some(other)) = (vector.space, method.space)
            && one != other
        {
            problems.refuse("vectors", format!("{name}: the field and its method have two spaces"));
        }
    }
}

const SPACES: &[(&str, &str)] = &[
    ("cosine", "cosinesimil"),
    ("inner_product", "innerproduct"),
    ("euclidean", "l2"),
    ("manhattan", "l1"),
    ("chebyshev", "linf"),
    ("hamming", "hamming"),
];

const METHOD: &[Property] = &[
    Property::words("algorithm", "Name", &[("hnsw", "hnsw"), ("ivf", "ivf")]),
    Property::words("engine", "Engine", &[("nmslib", "nmslib"), ("faiss", "faiss"), ("lucene", "lucene")]),
    Property::words("space", "SpaceType", SPACES),
    Property::plain("ef_construction", "Parameters/EfConstruction"),
    Property::plain("m", "Parameters/M"),
];

/// The properties of a field of vectors, without its type.
pub(super) const VECTOR: &[Property] = &[
    Property::plain("dimension", "Dimension"),
    Property::words("space", "SpaceType", SPACES),
    Property::words("data", "DataType", &[("float", "float"), ("byte", "byte")]),
    Property::plain("compression", "CompressionLevel"),
    Property::object("method", "Method", METHOD),
];

/// The properties of another field.
pub(super) const FIELD: &[Property] = &[
    Property::words("kind", "Type", &[("text", "text"), ("keyword", "keyword"), ("integer", "integer")]),
    Property::plain("indexed", "Index"),
    Property::plain("analyzer", "Analyzer"),
    Property::plain("value", "Value"),
];

/// The properties of an analyzer.
pub(super) const ANALYZER: &[Property] = &[
    Property::plain("kind", "Type"),
    Property::plain("tokenizer", "Tokenizer"),
    Property::plain("char_filters", "CharFilter").ordered(),
    Property::plain("filters", "Filter").ordered(),
];
