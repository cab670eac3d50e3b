//! `ebb invoke`: sends a request to an endpoint of a stack and prints the response. It reads the record for the endpoint's name.

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::invoking::{
    Answer, InvokedEndpoint, Request, endpoint, invoke, invoke_async, invoke_stream, read_body,
};
use crate::cli::named::Named;
use crate::cli::output::{OUTPUT_FORMAT, Output};
use crate::cli::runtime;
use crate::sdk::Aws;
use ebbtide::resource::Address;

/// Sends a request to an endpoint of a stack, and prints the response as it is
#[derive(Debug, Args)]
pub(in crate::cli) struct InvokeArgs {
    /// The stack, the endpoint (its component, address or name), and the body: '{…}', @FILE or - for standard input. The stack and the
    /// endpoint are optional if there is only one
    #[arg(value_name = "STACK ENDPOINT BODY", num_args = 0..=3)]
    invoked: Vec<String>,
    /// The content type of the body
    #[arg(long, value_name = "TYPE", default_value = "application/json")]
    content_type: String,
    /// The content type of the response
    #[arg(long, value_name = "TYPE")]
    accept: Option<String>,
    /// The inference component, for an endpoint that hosts several
    #[arg(long, value_name = "NAME")]
    component: Option<String>,
    /// The variant; otherwise their weights decide
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Prints the response while it comes
    #[arg(long)]
    stream: bool,
    /// The body in S3, for an asynchronous endpoint; there is no other body then
    #[arg(long, value_name = "s3://BUCKET/KEY", conflicts_with_all = ["stream", "component", "variant"])]
    input: Option<String>,
}

/// A response as `--json` prints it.
#[derive(Serialize)]
struct InvocationView<'a> {
    format: u32,
    stack: &'a str,
    endpoint: &'a Address,
    name: &'a str,
    status: u16,
    took_ms: u64,
    content_type: Option<&'a str>,
    variant: Option<&'a str>,
    component: Option<&'a str>,
    #[serde(flatten)]
    body: BodyView,
}

/// The body of a response: JSON as it is, text as text, anything else in Base64.
#[derive(Serialize)]
#[serde(untagged)]
enum BodyView {
    Json { body: Value },
    Text { body: String },
    Bytes { body_base64: String },
}

/// A part of a streamed response.
#[derive(Serialize)]
struct PartView {
    event: &'static str,
    format: u32,
    #[serde(flatten)]
    body: BodyView,
}

/// The end of a streamed response.
#[derive(Serialize)]
struct EndView<'a> {
    event: &'static str,
    #[serde(flatten)]
    whole: InvocationView<'a>,
}

/// The places of the response of an asynchronous endpoint.
#[derive(Serialize)]
struct QueuedView<'a> {
    format: u32,
    stack: &'a str,
    endpoint: &'a Address,
    name: &'a str,
    status: u16,
    output_location: Option<String>,
    failure_location: Option<String>,
    inference_id: Option<String>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &InvokeArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(invoke_one(context, arguments))
}

async fn invoke_one(context: &CommandContext, arguments: &InvokeArgs) -> Result<u8, CommandError> {
    let (words, body) = match (&arguments.input, arguments.invoked.split_last()) {
        (Some(_), _) if arguments.invoked.len() > 2 => {
            return Err(usage("the body is given twice, as `--input` and as an argument", "leave one of them out"));
        }
        (Some(_), _) => (arguments.invoked.as_slice(), None),
        (None, Some((body, words))) => (words, Some(body)),
        (None, None) => return Err(usage("the body is missing", "write `ebb invoke STACK ENDPOINT '{…}'`")),
    };
    let body = body.map(|body| read_body(body)).transpose()?;
    if let Some(body) = &body {
        body.check(&arguments.content_type)?;
    }
    let environment = context.recorded_environment()?;
    let Named { stack, document, word } = Named::read(context, &environment, words).await?;
    let endpoint = endpoint(&stack, &document, word.as_deref())?;
    let component = endpoint.component(arguments.component.as_deref())?.map(str::to_owned);
    check(&endpoint, arguments)?;
    let aws = environment.connect().await?.clients.aws;
    let request = Request {
        stack: &stack,
        endpoint: &endpoint,
        content_type: &arguments.content_type,
        accept: arguments.accept.as_deref(),
        component: component.as_deref(),
        variant: arguments.variant.as_deref(),
    };
    let body = body.map(|body| body.bytes);
    if endpoint.is_asynchronous {
        queue(context.output, &aws, request, (body, arguments.input.as_deref())).await?;
    } else if arguments.stream {
        stream(context.output, &aws, request, body.unwrap_or_default()).await?;
    } else {
        at_once(context.output, &aws, request, body.unwrap_or_default()).await?;
    }
    Ok(DONE)
}

fn usage(message: &str, hint: &str) -> CommandError {
    CommandError::new(CommandErrorKind::Usage, message).hint(hint)
}

/// Refuses what an endpoint does not take.
fn check(endpoint: &InvokedEndpoint, arguments: &InvokeArgs) -> Result<(), CommandError> {
    let address = &endpoint.address;
    if endpoint.is_asynchronous {
        let others = arguments.stream || arguments.variant.is_some();
        return match others {
            true => Err(usage(
                &format!("{address} is asynchronous: its response goes to S3"),
                "leave out `--stream` and `--variant`",
            )),
            false => Ok(()),
        };
    }
    match &arguments.input {
        Some(_) => Err(usage(
            &format!("{address} answers at once: it takes no input from S3"),
            "give the body as an argument, @FILE or -",
        )),
        None => Ok(()),
    }
}

async fn at_once(output: Output, aws: &Aws, request: Request<'_>, body: Vec<u8>) -> Result<(), CommandError> {
    let begun = Instant::now();
    let answer = invoke(aws, request, body).await?;
    if output.is_json() {
        return output.json(&view(request, &answer, begun));
    }
    output.bytes(&answer.body)?;
    end_line(output, &answer.body)
}

async fn stream(output: Output, aws: &Aws, request: Request<'_>, body: Vec<u8>) -> Result<(), CommandError> {
    let begun = Instant::now();
    let mut stream = invoke_stream(aws, request, body).await?;
    let mut last = Vec::new();
    while let Some(part) = stream.part().await? {
        if output.is_json() {
            output.json(&PartView { event: "part", format: OUTPUT_FORMAT, body: BodyView::of_text(part) })?;
        } else if !output.bytes(&part)? {
            return Ok(());
        } else if !part.is_empty() {
            last = part;
        }
    }
    if output.is_json() {
        return output.json(&EndView { event: "finished", whole: view(request, &stream.head(), begun) });
    }
    end_line(output, &last)
}

async fn queue(
    output: Output,
    aws: &Aws,
    request: Request<'_>,
    given: (Option<Vec<u8>>, Option<&str>),
) -> Result<(), CommandError> {
    let queued = invoke_async(aws, request, given).await?;
    if output.is_json() {
        return output.json(&QueuedView {
            format: OUTPUT_FORMAT,
            stack: request.stack,
            endpoint: &request.endpoint.address,
            name: &request.endpoint.name,
            status: 202,
            output_location: queued.output,
            failure_location: queued.failure,
            inference_id: queued.id,
        });
    }
    output.note(&format!(
        "{} is asynchronous: the request waits in its queue, and its response will be here:",
        request.endpoint.address
    ));
    output.result(&format!("{}\n", queued.output.unwrap_or_default()))?;
    if let Some(failure) = queued.failure {
        output.note(&format!("If it fails, the error will be at {failure}"));
    }
    Ok(())
}

/// Ends the last line of a response on a terminal. Elsewhere it stays as it is.
fn end_line(output: Output, body: &[u8]) -> Result<(), CommandError> {
    if output.prints_on_terminal() && !body.is_empty() && !body.ends_with(b"\n") {
        output.bytes(b"\n")?;
    }
    Ok(())
}

fn view<'a>(request: Request<'a>, answer: &'a Answer, begun: Instant) -> InvocationView<'a> {
    InvocationView {
        format: OUTPUT_FORMAT,
        stack: request.stack,
        endpoint: &request.endpoint.address,
        name: &request.endpoint.name,
        status: 200,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        content_type: answer.content_type.as_deref(),
        variant: answer.variant.as_deref(),
        component: request.component,
        body: BodyView::of(answer),
    }
}

impl BodyView {
    fn of(answer: &Answer) -> Self {
        let is_json = answer.content_type.as_deref().is_some_and(|kind| kind.starts_with("application/json"));
        match serde_json::from_slice(&answer.body) {
            Ok(body) if is_json => Self::Json { body },
            _ => Self::of_text(answer.body.clone()),
        }
    }

    fn of_text(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(body) => Self::Text { body },
            Err(error) => Self::Bytes { body_base64: BASE64.encode(error.as_bytes()) },
        }
    }
}
