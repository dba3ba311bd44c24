//! Records all spans and events that the runtime sends to `tracing`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::dispatcher::{DefaultGuard, Dispatch, set_default};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Clones share one recording.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Reported>>);

#[derive(Clone, Default)]
struct Reported {
    spans: Vec<SpanSeen>,
    events: Vec<EventSeen>,
}

#[derive(Clone, Debug)]
pub struct SpanSeen {
    pub name: &'static str,
    pub parent: Option<usize>,
    pub follows: Vec<usize>,
    pub fields: Fields,
    pub closed: bool,
}

#[derive(Clone, Debug)]
pub struct EventSeen {
    pub level: tracing::Level,
    pub within: Option<usize>,
    pub fields: Fields,
}

/// The fields of a span or event as strings, keyed by name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<&'static str, String>);

/// The number that the recorder assigns to a span. A span id from the `tracing` registry cannot be used, because the
/// registry reuses ids.
struct Number(usize);

impl Recorder {
    /// Sends all spans and events on this thread to this recorder until the returned guard is dropped.
    #[must_use]
    pub fn listen(&self) -> DefaultGuard {
        set_default(&self.dispatch())
    }

    pub fn dispatch(&self) -> Dispatch {
        Dispatch::new(Registry::default().with(self.clone()))
    }

    /// Returns all spans in the order in which they started. A span's `parent` and `follows` are indices into the
    /// returned list.
    pub fn spans(&self) -> Vec<SpanSeen> {
        self.reported().spans.clone()
    }

    /// Returns all spans with the given name, each with its number.
    pub fn named(&self, name: &str) -> Vec<(usize, SpanSeen)> {
        self.spans().into_iter().enumerate().filter(|(_, span)| span.name == name).collect()
    }

    /// Returns the only span with the given name.
    ///
    /// # Panics
    ///
    /// Panics if there is not exactly one span with the given name.
    #[track_caller]
    pub fn only(&self, name: &str) -> (usize, SpanSeen) {
        let mut all = self.named(name);
        assert_eq!(all.len(), 1, "{name}: {all:#?}");
        all.remove(0)
    }

    pub fn events(&self) -> Vec<EventSeen> {
        self.reported().events.clone()
    }

    pub fn messages(&self) -> Vec<String> {
        self.events().iter().map(|event| event.fields.get("message").to_owned()).collect()
    }

    fn reported(&self) -> MutexGuard<'_, Reported> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fields {
    /// Returns the value of a field, or an empty string if no value was recorded.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target().starts_with("afresh") || metadata.target() == "test"
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        let parent = span.parent().and_then(|parent| number(&context, &parent.id()));
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let mut reported = self.reported();
        span.extensions_mut().insert(Number(reported.spans.len()));
        let name = attributes.metadata().name();
        reported.spans.push(SpanSeen { name, parent, follows: Vec::new(), fields, closed: false });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let number = number(&context, id).unwrap();
        values.record(&mut self.reported().spans[number].fields);
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: Context<'_, S>) {
        let (number, follows) = (number(&context, id).unwrap(), number(&context, follows).unwrap());
        self.reported().spans[number].follows.push(follows);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let within = context.event_span(event).and_then(|span| number(&context, &span.id()));
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.reported().events.push(EventSeen { level: *event.metadata().level(), within, fields });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let number = number(&context, &id).unwrap();
        self.reported().spans[number].closed = true;
    }
}

fn number<S: Subscriber + for<'a> LookupSpan<'a>>(context: &Context<'_, S>, id: &Id) -> Option<usize> {
    context.span(id)?.extensions().get::<Number>().map(|number| number.0)
}

/// Formats all spans and events as one string, which a test can search.
impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reported = self.reported().clone();
        write!(f, "{:#?}\n{:#?}", reported.spans, reported.events)
    }
}
