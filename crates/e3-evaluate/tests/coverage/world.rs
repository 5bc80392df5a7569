//! Machines that were never there: ratios of two ways that take the same, so that what is looked for is 1.

use e3_evaluate::statistics::Draw;

/// How many runs a round has, in an order that chance draws: two of them are compared.
const SLOTS: usize = 8;

/// What makes runs differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    /// Many small things, each by a factor.
    Lognormal,
    /// Now and then something large, on either side (Student's t with two degrees of freedom).
    HeavyTailed,
    /// Now and then something large, which only ever slows the one way down.
    Skewed,
    /// A machine that is slow or fast for many runs on end: autocorrelated by 0.9 from run to run.
    Drifting,
    /// A machine that grows slower by 2 % with each run.
    Slowing,
    /// The one way is slow or fast for some rounds on end, by itself: its ratio is autocorrelated by 0.5 from round to round.
    OneDrifts,
}

impl World {
    /// Those in which intervals hold what they promise.
    pub(crate) const COVERED: [Self; 5] = [
        Self::Lognormal,
        Self::HeavyTailed,
        Self::Skewed,
        Self::Drifting,
        Self::Slowing,
    ];

    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Lognormal => "noise of 10 %, lognormal",
            Self::HeavyTailed => "heavy tails",
            Self::Skewed => "one way is slowed down now and then",
            Self::Drifting => "the machine drifts",
            Self::Slowing => "the machine grows slower",
            Self::OneDrifts => "one way drifts by itself",
        }
    }

    /// The ratios of so many rounds; their true median is 1.
    pub(crate) fn ratios(self, count: usize, chance: &mut Chance) -> Vec<f64> {
        let mut state = 0.3 * chance.normal();
        (0..count)
            .map(|_| match self {
                Self::Lognormal => (0.1 * (chance.normal() - chance.normal())).exp(),
                Self::HeavyTailed => (0.05 * (chance.heavy() - chance.heavy())).exp(),
                // Half of an exponential distribution is below the logarithm of two.
                Self::Skewed => (0.3 * (-chance.share().ln() - std::f64::consts::LN_2)).exp(),
                Self::Drifting => chance.round(|chance| {
                    state = 0.9 * state + 0.3 * (1.0_f64 - 0.81).sqrt() * chance.normal();
                    state
                }),
                Self::Slowing => chance.round(|chance| {
                    state += 0.02;
                    state + 0.02 * chance.normal()
                }),
                Self::OneDrifts => {
                    let once = state;
                    state = 0.5 * state + 0.3 * 0.75_f64.sqrt() * chance.normal();
                    once.exp()
                }
            })
            .collect()
    }
}

/// Chance of the shapes that are needed.
pub(crate) struct Chance(Draw);

impl Chance {
    pub(crate) fn new(purpose: &str) -> Self {
        Self(Draw::new(1, purpose))
    }

    /// Above 0 and below 1, each as likely.
    fn share(&mut self) -> f64 {
        let drawn = u32::try_from(self.0.below(1 << 31)).unwrap();
        (f64::from(drawn) + 0.5) / f64::from(1_u32 << 31)
    }

    /// Of the normal distribution with variance 1 (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.share().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    /// Of Student's t distribution with two degrees of freedom.
    fn heavy(&mut self) -> f64 {
        self.normal() / (-self.share().ln()).sqrt()
    }

    /// The ratio of two runs of a round, whose places in it are drawn; what is told of each is the logarithm of its time.
    fn round(&mut self, mut next: impl FnMut(&mut Self) -> f64) -> f64 {
        let times: Vec<f64> = (0..SLOTS).map(|_| next(self)).collect();
        let mut order: Vec<usize> = (0..SLOTS).collect();
        self.0.shuffle(&mut order);
        (times[order[0]] - times[order[1]]).exp()
    }

    /// One of these, each as likely.
    pub(crate) fn one_of(&mut self, values: &[f64]) -> f64 {
        values[self.0.below(values.len())]
    }
}
