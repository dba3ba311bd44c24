//! A call on its plain way: the credential is at hand, it is sent once, and nothing is the matter with the
//! answer. That is most calls, so this way is short: one allocation, in which the arguments are put down and
//! the answer is waited for. Where anything else turns up, the call goes on as a [`Journey`], from there.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use crate::client::client::{Client, Inner};
use crate::client::pending::AnswerFuture;
use crate::declaration::endpoint::{Endpoint, Role};
use crate::error::Error;
use crate::error::Receipt;
use crate::error::Stamp;
use crate::execute::courier::{Courier, Errand};
use crate::execute::dispatch::{Arrived, First, Journey};
use crate::execute::plan::Met;
use crate::format::set_cookie::has_set_cookie;
use crate::request::draft::Draft;
use crate::request::prepared::Prepared;
use crate::response::answer::Answer;
use crate::response::decode::Reading;
use crate::trace::{Followed, Trail};
use crate::transport::body;
use crate::transport::response::Response;
use crate::transport::transport::Sent;
use crate::transport::upstream::Wire;

pub(crate) struct Express {
    pub(crate) draft: Draft,
    /// `None` before it is started.
    client: Option<Client>,
    reading: Reading,
    met: Met,
    trail: Trail,
    leg: Leg,
    sent: Option<Under>,
}

/// What it was sent under. Not the session's own snapshot: to count those who hold it is what threads would wait for
/// each other with.
#[derive(Clone, Copy)]
struct Under {
    stamp: Stamp,
    /// Whether it took the credential along.
    carries: bool,
    /// Whether its success is worth reporting.
    learning: bool,
}

/// How far it has come.
enum Leg {
    Unsent,
    Sent(Followed<Sent>),
    /// The head of the answer is there. Boxed, because mostly its body is, too.
    Reading(Box<Response>),
    /// No longer the plain way.
    Detour(AnswerFuture),
    Over,
}

impl Express {
    pub(crate) fn new(wire: &Wire, endpoint: &'static Endpoint) -> Self {
        Self {
            draft: Draft::new(wire, endpoint),
            client: None,
            reading: Reading::Whole,
            met: None,
            trail: Trail::new(Some(endpoint)),
            leg: Leg::Unsent,
            sent: None,
        }
    }

    /// No more arguments follow. `met`: where a call with a deadline leaves a refusal.
    pub(crate) fn start(&mut self, client: Client, reading: Reading, met: Met) {
        self.client = Some(client);
        self.reading = reading;
        self.met = met;
    }

    /// Sends the call, or has it go another way.
    fn set_out(&mut self) -> Result<(), Error> {
        self.draft.seal()?;
        let Some(client) = &self.client else { return Ok(()) };
        let inner = client.inner();
        let Draft { endpoint, declared, .. } = &mut self.draft;
        let placement = client.placement()?;
        if endpoint.pages.is_some() {
            return self.depart();
        }
        let brings_own = inner.bound.brings_own || declared.has_header(&placement.header);
        let seen = inner.session.current();
        let carries = if endpoint.role == Role::Ordinary && !brings_own {
            let once = !declared.body.is_replayable();
            match inner.session.enter_at_once(&seen, inner.demand(), once) {
                Poll::Ready(carries) => carries,
                Poll::Pending => {
                    drop(seen);
                    return self.depart();
                }
            }
        } else {
            false
        };
        let spent = || Error::request("the body of the request is spent");
        let request = declared.request(&inner.wire)?.ok_or_else(spent)?;
        let courier = Courier {
            wire: &inner.wire,
            session: &inner.session,
            placement,
            errand: Errand::Ordinary,
            trail: &self.trail,
        };
        self.sent = Some(Under { stamp: seen.stamp, carries, learning: carries && seen.wants_successes });
        self.leg = Leg::Sent(courier.send(request, carries.then_some(&**seen), true));
        Ok(())
    }

    /// The head of the first answer is there.
    fn arrive(&mut self, response: Response, context: &mut Context<'_>) -> Poll<Result<Answer, Error>> {
        let inner = self.client.as_ref().map(Client::inner);
        if inner.is_some_and(|inner| self.is_plain(inner, &response)) {
            return self.read(response, context);
        }
        self.turn_off(response);
        self.detour(context)
    }

    /// Whether nothing but its value is to be taken from it.
    fn is_plain(&self, inner: &Inner, response: &Response) -> bool {
        response.status().is_success()
            && !has_set_cookie(response.headers())
            && self.sent.is_some_and(|sent| {
                !(sent.learning || sent.carries && inner.bound.judges_successes(self.draft.endpoint))
            })
    }

    fn read(&mut self, mut response: Response, context: &mut Context<'_>) -> Poll<Result<Answer, Error>> {
        if self.reading.is_live(response.status()) {
            let receipt = self.receipt();
            return Poll::Ready(Ok(self.end(Answer::live(Arrived { response, receipt, rejection: None }))));
        }
        let end = body::End::of(&response);
        match response.poll_chunk(context) {
            Poll::Pending => {
                self.leg = Leg::Reading(Box::new(response));
                Poll::Pending
            }
            Poll::Ready(Ok(first)) if first.as_ref().is_none_or(|first| end.is_of(first)) => {
                let body = first.unwrap_or_default();
                Poll::Ready(Ok(self.end(Answer::read_already(&mut response, body, self.receipt()))))
            }
            Poll::Ready(Ok(first)) => {
                self.read_on(response, first.unwrap_or_default(), end);
                self.detour(context)
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.with_receipt(self.receipt()))),
        }
    }

    fn end(&self, answer: Answer) -> Answer {
        answer.none_on(self.draft.endpoint.none_on)
    }

    fn receipt(&self) -> Receipt {
        let stamp = self.sent.filter(|sent| sent.carries).map(|sent| sent.stamp);
        let sends = u8::from(self.sent.is_some());
        Receipt { stamp, sends, ..Receipt::default() }
    }

    fn detour(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer, Error>> {
        match &mut self.leg {
            Leg::Detour(detour) => detour.as_mut().poll(context),
            _ => Poll::Pending,
        }
    }

    /// The way that all others go, from the beginning.
    #[cold]
    fn depart(&mut self) -> Result<(), Error> {
        let (endpoint, reading) = (self.draft.endpoint, self.reading);
        let paging = endpoint.pages;
        let mut journey = self.journey()?;
        let continuation = match paging {
            Some(paging) => journey.continuation(endpoint, paging)?,
            None => None,
        };
        self.leg = Leg::Detour(Box::pin(async move {
            let answer = journey.answer(None, reading).await?;
            Ok(answer.none_on(endpoint.none_on).with_continuation(continuation))
        }));
        Ok(())
    }

    /// The same, from the first answer on.
    #[cold]
    fn turn_off(&mut self, response: Response) {
        let (endpoint, reading) = (self.draft.endpoint, self.reading);
        let Some(Under { stamp, carries, .. }) = self.sent else { return };
        let first = Box::new(First { response, stamp, carried: carries });
        self.leg =
            Leg::Detour(match self.journey() {
                Ok(mut journey) => Box::pin(async move {
                    Ok(journey.answer(Some(first), reading).await?.none_on(endpoint.none_on))
                }),
                Err(error) => Box::pin(std::future::ready(Err(error))),
            });
    }

    /// A body in several pieces.
    #[cold]
    fn read_on(&mut self, mut response: Response, first: Bytes, end: body::End) {
        let (endpoint, receipt) = (self.draft.endpoint, self.receipt());
        self.leg = Leg::Detour(Box::pin(async move {
            let body = body::read_on(&mut response, first, end).await;
            let body = body.map_err(|error| error.with_receipt(receipt))?;
            Ok(Answer::read_already(&mut response, body, receipt).none_on(endpoint.none_on))
        }));
    }

    /// All of the call, for another way. There is nothing left of it here.
    fn journey(&mut self) -> Result<Journey, Error> {
        let endpoint = self.draft.endpoint;
        let client = self.client.take().ok_or_else(|| Error::request("the call is over"))?;
        let call = Prepared::Declared(std::mem::take(&mut self.draft.declared));
        let plan = client.plan(endpoint, &call, self.met.take(), self.reading)?;
        let trail = std::mem::replace(&mut self.trail, Trail::new(Some(endpoint)));
        Ok(Journey::new(client, call, plan, trail))
    }
}

impl Future for Express {
    type Output = Result<Answer, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if let Leg::Unsent = this.leg {
            this.leg = Leg::Over;
            if let Err(error) = this.set_out() {
                return Poll::Ready(Err(error));
            }
        }
        match &mut this.leg {
            Leg::Sent(sent) => match ready!(Pin::new(sent).poll(context)) {
                Ok(response) => {
                    this.leg = Leg::Over;
                    this.arrive(response, context)
                }
                Err(error) => Poll::Ready(Err(error.with_receipt(this.receipt()))),
            },
            Leg::Reading(_) => match std::mem::replace(&mut this.leg, Leg::Over) {
                Leg::Reading(response) => this.read(*response, context),
                _ => Poll::Pending,
            },
            Leg::Detour(detour) => detour.as_mut().poll(context),
            Leg::Unsent | Leg::Over => Poll::Pending,
        }
    }
}
