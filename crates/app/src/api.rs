//! The server functions: all that a browser can ask of the server.
//!
//! Each one parses its input and answers with a proper HTTP status; the work is done in `state`
//! and `judge`.

use leptos::prelude::*;
use leptos::server_fn::codec::{ByteStream, Json, Streaming};
use protocol::{CourseView, RunRequest, SolutionView, StepView};

#[cfg(feature = "ssr")]
use crate::api_error::refuse;
#[cfg(feature = "ssr")]
use crate::run_response::to_lines;
#[cfg(feature = "ssr")]
use crate::state::{AppState, client_of};

pub use crate::api_client::ApiClient;
pub use crate::api_error::ApiError;

/// Every course, ordered by name. No page asks for them: theirs come with the document.
#[server(prefix = "/api", endpoint = "courses", input = Json, client = ApiClient)]
pub async fn list_courses() -> Result<Vec<CourseView>, ApiError> {
    Ok(expect_context::<AppState>().course_views())
}

/// One course and its steps.
#[server(prefix = "/api", endpoint = "course", input = Json, client = ApiClient)]
pub async fn load_course(course: String) -> Result<CourseView, ApiError> {
    let state = expect_context::<AppState>();
    state
        .find_course(&course)
        .map(|found| found.view())
        .map_err(refuse)
}

/// One step, without its solution and tests.
#[server(prefix = "/api", endpoint = "step", input = Json, client = ApiClient)]
pub async fn load_step(course: String, step: String) -> Result<StepView, ApiError> {
    let state = expect_context::<AppState>();
    state.step_view(&course, &step).map_err(refuse)
}

/// A step's hint number `rung`, counted from 1, as safe HTML.
#[server(prefix = "/api", endpoint = "hint", input = Json, client = ApiClient)]
pub async fn open_hint(course: String, step: String, rung: u8) -> Result<String, ApiError> {
    let state = expect_context::<AppState>();
    state.hint_html(&course, &step, rung).map_err(refuse)
}

/// A step's solution.
#[server(prefix = "/api", endpoint = "solution", input = Json, client = ApiClient)]
pub async fn load_solution(course: String, step: String) -> Result<SolutionView, ApiError> {
    let state = expect_context::<AppState>();
    state.solution(&course, &step).map_err(refuse)
}

/// Runs the tests of a step and of all steps before it; the response is one
/// [`RunEvent`](protocol::RunEvent) a line, in JSON, and an empty line after each five seconds
/// without one.
///
/// A run refused before the response begins has the refusal's HTTP status. The response to a client
/// with a name begins with its queue position; without a name it begins with the run, so that a
/// refusal after a wait has its status too. A run that ends without a verdict later ends with
/// [`RunEvent::Interrupted`](protocol::RunEvent::Interrupted). Dropping the response kills the run.
#[server(prefix = "/api", endpoint = "run", input = Json, client = ApiClient, output = Streaming)]
pub async fn run_step(request: RunRequest) -> Result<ByteStream<ApiError>, ApiError> {
    let client = client_of(request.client.as_deref()).map_err(refuse)?;
    let state = expect_context::<AppState>();
    let events = state.run(request, client).await.map_err(refuse)?;
    Ok(ByteStream::new(to_lines(events)))
}
