//! How QUIC is paced: as everywhere where a path goes far, not at all between neighbours.
//!
//! RFC 9002 (section 7.7) asks for packets to be spread over a round trip, by timers. Between neighbours a round trip is
//! shorter than the runtime's timers can be, a millisecond, and what may be sent at once is bounded: so such a path would
//! carry that much in a millisecond, whatever it could. There the congestion window alone says how much may be on its way.

use std::{
    any::Any,
    sync::Arc,
    time::{Duration, Instant},
};

use iroh::endpoint::{Controller, ControllerFactory, ControllerMetrics, RttEstimator};
use noq_proto::congestion::CubicConfig;

/// Paths that are shorter than what timers can measure.
const SHORT: Duration = Duration::from_millis(1);

/// More than the pacer can spend, in bytes a second.
const UNPACED: u64 = 1 << 40;

/// Makes the controllers of an endpoint: CUBIC (RFC 9438).
#[derive(Debug, Default)]
pub(crate) struct Hasty(Arc<CubicConfig>);

impl ControllerFactory for Hasty {
    fn build(self: Arc<Self>, now: Instant, mtu: u16) -> Box<dyn Controller> {
        Box::new(Haste {
            inner: Arc::clone(&self.0).build(now, mtu),
            short: false,
        })
    }
}

/// A controller that knows how long its path is.
#[derive(Debug)]
struct Haste {
    inner: Box<dyn Controller>,
    short: bool,
}

impl Controller for Haste {
    fn on_sent(&mut self, now: Instant, bytes: u64, largest: u64) {
        self.inner.on_sent(now, bytes, largest);
    }

    fn on_packet_sent(&mut self, now: Instant, bytes: u16, number: u64) {
        self.inner.on_packet_sent(now, bytes, number);
    }

    fn on_cwnd_limited(&mut self) {
        self.inner.on_cwnd_limited();
    }

    fn on_ack(
        &mut self,
        now: Instant,
        sent: Instant,
        bytes: u64,
        number: u64,
        app_limited: bool,
        rtt: &RttEstimator,
    ) {
        self.short = rtt.min() < SHORT;
        self.inner
            .on_ack(now, sent, bytes, number, app_limited, rtt);
    }

    fn on_end_acks(
        &mut self,
        now: Instant,
        in_flight: u64,
        app_limited: bool,
        largest: Option<u64>,
    ) {
        self.inner.on_end_acks(now, in_flight, app_limited, largest);
    }

    fn on_congestion_event(
        &mut self,
        now: Instant,
        sent: Instant,
        persistent: bool,
        ecn: bool,
        lost: u64,
        largest: u64,
    ) {
        self.inner
            .on_congestion_event(now, sent, persistent, ecn, lost, largest);
    }

    fn on_packet_lost(&mut self, bytes: u16, number: u64, now: Instant) {
        self.inner.on_packet_lost(bytes, number, now);
    }

    fn on_spurious_congestion_event(&mut self) {
        self.inner.on_spurious_congestion_event();
    }

    fn on_mtu_update(&mut self, mtu: u16) {
        self.inner.on_mtu_update(mtu);
    }

    fn on_ack_frequency_update(&mut self, threshold: u64, delay: Duration) {
        self.inner.on_ack_frequency_update(threshold, delay);
    }

    fn window(&self) -> u64 {
        self.inner.window()
    }

    fn metrics(&self) -> ControllerMetrics {
        let mut metrics = self.inner.metrics();
        if self.short {
            metrics.pacing_rate = Some(UNPACED);
        }
        metrics
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(Self {
            inner: self.inner.clone_box(),
            short: self.short,
        })
    }

    fn initial_window(&self) -> u64 {
        self.inner.initial_window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_paths_are_not_paced() {
        let mut controller = Box::new(Haste {
            inner: Arc::new(CubicConfig::default()).build(Instant::now(), 1200),
            short: false,
        });
        let window = controller.window();
        assert_eq!(controller.metrics().pacing_rate, None);
        controller.short = true;
        assert_eq!(controller.metrics().pacing_rate, Some(UNPACED));
        assert_eq!(controller.metrics().congestion_window, window);
        assert_eq!(controller.clone_box().metrics().pacing_rate, Some(UNPACED));
    }
}
