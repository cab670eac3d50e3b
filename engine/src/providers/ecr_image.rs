//! Images in private registries of ECR, as models name them.

/// An image in a private registry of ECR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrImage {
    /// The account of the registry.
    pub account: String,
    /// The region of the registry.
    pub region: String,
    /// The repository.
    pub repository: String,
    /// The tag, or the digest with its algorithm.
    pub version: Version,
}

/// The part of an image's name that tells it from others of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// A tag.
    Tag(String),
    /// A digest, `sha256:…`.
    Digest(String),
}

impl EcrImage {
    /// Reads `ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME:TAG` or `…/NAME@DIGEST`; `None` for an image elsewhere. Without a tag it is `latest`, as
    /// for every registry.
    pub fn of(image: &str) -> Option<Self> {
        let (registry, rest) = image.split_once('/')?;
        let (account, host) = registry.split_once(".dkr.ecr.")?;
        let (region, _) = host.split_once('.')?;
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (repository, version) = match (rest.split_once('@'), rest.split_once(':')) {
            (Some((repository, digest)), _) => {
                // A tag before a digest says nothing.
                let repository = repository.split(':').next().unwrap_or(repository);
                (repository, Version::Digest(digest.to_owned()))
            }
            (None, Some((repository, tag))) => (repository, Version::Tag(tag.to_owned())),
            (None, None) => (rest, Version::Tag("latest".to_owned())),
        };
        let (account, region) = (account.to_owned(), region.to_owned());
        Some(Self { account, region, repository: repository.to_owned(), version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_read_with_its_tag_or_digest() {
        let host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
        let of = |rest: &str| EcrImage::of(&format!("{host}/{rest}")).map(|image| (image.repository, image.version));
        let tag = |tag: &str| Version::Tag(tag.into());
        assert_eq!(of("a/b:1"), Some(("a/b".into(), tag("1"))));
        assert_eq!(of("vllm"), Some(("vllm".into(), tag("latest"))));
        assert_eq!(of("vllm:1@sha256:ab"), Some(("vllm".into(), Version::Digest("sha256:ab".into()))));
        assert_eq!(EcrImage::of("1.dkr.ecr/vllm:1"), None);
        assert_eq!(EcrImage::of("public.ecr.aws/lambda/python:3"), None);
        let china = EcrImage::of("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/vllm:1").unwrap();
        assert_eq!((china.region.as_str(), china.repository.as_str()), ("cn-north-1", "vllm"));
    }
}
