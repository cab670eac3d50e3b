//! Bedrock: guardrails and their versions, inference profiles, prompts and their versions.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, PLAIN, Reference};

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: "AWS::Bedrock::Guardrail",
        assigned: &[
            ("GuardrailId", "<#12>"),
            ("GuardrailArn", "arn:<partition>:bedrock:<region>:<account>:guardrail/<GuardrailId>"),
            ("Status", "READY"),
            ("Version", "DRAFT"),
            ("CreatedAt", "<now>"),
            ("UpdatedAt", "<now>"),
            ("StatusReasons", "=[]"),
            ("FailureRecommendations", "=[]"),
        ],
        // LIVE: the tier CLASSIC appears. A policy's lists that were not given read back as [], and a patch that leaves them there fails:
        // "#/WordPolicyConfig/WordsConfig: expected minimum item count: 1, found: 0" (aws-sdk#824,
        // terraform-provider-awscc#2969, #2985).
        defaults: &[
            ("ContentPolicyConfig/ContentFiltersTierConfig", "={\"TierName\":\"CLASSIC\"}<?ContentPolicyConfig>"),
            ("TopicPolicyConfig/TopicsTierConfig", "={\"TierName\":\"CLASSIC\"}<?TopicPolicyConfig>"),
            ("WordPolicyConfig/WordsConfig", "=[]<?WordPolicyConfig>"),
            ("WordPolicyConfig/ManagedWordListsConfig", "=[]<?WordPolicyConfig>"),
            ("SensitiveInformationPolicyConfig/PiiEntitiesConfig", "=[]<?SensitiveInformationPolicyConfig>"),
            ("SensitiveInformationPolicyConfig/RegexesConfig", "=[]<?SensitiveInformationPolicyConfig>"),
        ],
        // The schema is silent on order, and the service sorts (cdk-real-drift#283).
        unordered: &[
            "ContentPolicyConfig/FiltersConfig",
            "TopicPolicyConfig/TopicsConfig",
            "WordPolicyConfig/WordsConfig",
            "WordPolicyConfig/ManagedWordListsConfig",
            "SensitiveInformationPolicyConfig/PiiEntitiesConfig",
            "SensitiveInformationPolicyConfig/RegexesConfig",
        ],
        unique: &["Name"],
        // DeleteGuardrail without a version deletes all versions.
        owned: &[Link { of: "AWS::Bedrock::GuardrailVersion", path: "GuardrailId", own: "GuardrailId" }],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::Bedrock::GuardrailVersion",
        assigned: &[
            ("GuardrailId", "<bare:GuardrailIdentifier>"),
            ("GuardrailArn", "arn:<partition>:bedrock:<region>:<account>:guardrail/<GuardrailId>"),
            ("Version", "<next>"),
        ],
        references: &[Reference {
            path: "GuardrailIdentifier",
            to: "AWS::Bedrock::Guardrail",
            by: &["GuardrailId", "GuardrailArn"],
            code: "NotFound",
            message: "The guardrail <value> does not exist (Service: Bedrock, Status Code: 404)",
        }],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::Bedrock::ApplicationInferenceProfile",
        assigned: &[
            ("InferenceProfileId", "<#12>"),
            (
                "InferenceProfileArn",
                "arn:<partition>:bedrock:<region>:<account>:application-inference-profile/<InferenceProfileId>",
            ),
            ("InferenceProfileIdentifier", "<InferenceProfileArn>"),
            ("Status", "ACTIVE"),
            ("Type", "APPLICATION"),
            ("CreatedAt", "<now>"),
            ("UpdatedAt", "<now>"),
            ("Models", "=[{\"ModelArn\":\"<ModelSource/CopyFrom>\"}]"),
        ],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::Bedrock::Prompt",
        assigned: &[
            ("Id", "<#10>"),
            ("Arn", "arn:<partition>:bedrock:<region>:<account>:prompt/<Id>"),
            ("Version", "DRAFT"),
            ("CreatedAt", "<now>"),
            ("UpdatedAt", "<now>"),
        ],
        unique: &["Name"],
        owned: &[Link { of: "AWS::Bedrock::PromptVersion", path: "PromptArn", own: "Arn" }],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::Bedrock::PromptVersion",
        assigned: &[
            ("PromptId", "<bare:PromptArn>"),
            ("Version", "<next>"),
            ("Arn", "<PromptArn>:<Version>"),
            ("CreatedAt", "<now>"),
            ("UpdatedAt", "<now>"),
        ],
        references: &[Reference {
            path: "PromptArn",
            to: "AWS::Bedrock::Prompt",
            by: &["Arn"],
            code: "NotFound",
            message: "The prompt <value> does not exist (Service: BedrockAgent, Status Code: 404)",
        }],
        ..PLAIN
    },
];
