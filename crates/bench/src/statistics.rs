//! Medians, percentiles and ratios of measurements.

use std::time::Duration;

/// Measurements of one thing, sorted; at least one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    sorted: Vec<f64>,
}

impl Series {
    /// None without a measurement.
    pub(crate) fn new(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        (!values.is_empty()).then_some(Self { sorted: values })
    }

    /// Times as milliseconds.
    pub(crate) fn of_times(times: &[Duration]) -> Option<Self> {
        Self::new(times.iter().copied().map(milliseconds).collect())
    }

    /// How many measurements there are.
    pub(crate) fn count(&self) -> usize {
        self.sorted.len()
    }

    pub(crate) fn min(&self) -> f64 {
        self.sorted[0]
    }

    pub(crate) fn max(&self) -> f64 {
        self.sorted[self.sorted.len() - 1]
    }

    /// The middle measurement, or the mean of the middle two.
    pub(crate) fn median(&self) -> f64 {
        let middle = self.sorted.len() / 2;
        if self.sorted.len() % 2 == 1 {
            self.sorted[middle]
        } else {
            f64::midpoint(self.sorted[middle - 1], self.sorted[middle])
        }
    }

    /// The smallest measurement that at least `percent` of all do not exceed: one that was taken,
    /// and with few measurements rather too large than too small.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.sorted.len() * percent).div_ceil(100);
        self.sorted[rank.clamp(1, self.sorted.len()) - 1]
    }
}

/// The median of the pairs' ratios: drift during a bench affects both of a pair.
pub(crate) fn paired_ratio(dividends: &[Duration], divisors: &[Duration]) -> Option<f64> {
    let pairs = dividends.iter().zip(divisors);
    let ratios = pairs.map(|(dividend, divisor)| dividend.as_secs_f64() / divisor.as_secs_f64());
    Series::new(ratios.collect()).map(|ratios| ratios.median())
}

/// How often something ends, by the times at which it did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rate {
    /// Ends a second, over the whole time.
    pub(crate) per_second: f64,
    /// The rates of stretches with equally many ends, to see how even the rate is.
    pub(crate) stretches: Series,
    /// How many ends were counted.
    pub(crate) count: usize,
}

impl Rate {
    /// The rate from the first of `ends`, which are in order. None where there are too few for one
    /// stretch of `stretch` ends.
    pub(crate) fn of(ends: &[Duration], stretch: usize) -> Option<Self> {
        let (first, last) = (ends.first()?, ends.last()?);
        let marks: Vec<Duration> = ends.iter().copied().step_by(stretch.max(1)).collect();
        let per_second = |count: usize, time: Duration| {
            f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64()
        };
        let stretches = marks
            .windows(2)
            .map(|pair| per_second(stretch, pair[1] - pair[0]));
        Some(Self {
            stretches: Series::new(stretches.collect())?,
            per_second: per_second(ends.len() - 1, *last - *first),
            count: ends.len() - 1,
        })
    }

    /// This rate and one measured at another time, together.
    pub(crate) fn and(self, other: Self) -> Self {
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let seconds = |rate: &Self| number(rate.count) / rate.per_second;
        let both = seconds(&self) + seconds(&other);
        let count = self.count + other.count;
        let mut sorted = self.stretches.sorted;
        sorted.extend(other.stretches.sorted);
        sorted.sort_by(f64::total_cmp);
        Self {
            per_second: number(count) / both,
            stretches: Series { sorted },
            count,
        }
    }
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Series {
        Series::new(values.to_vec()).unwrap()
    }

    #[test]
    fn the_median_is_the_one_in_the_middle_or_between_the_two() {
        assert_eq!(series(&[9.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(series(&[9.0, 1.0, 2.0, 4.0]).median(), 3.0);
        assert_eq!(series(&[7.0]).median(), 7.0);
        assert_eq!(Series::new(Vec::new()), None);
    }

    #[test]
    fn a_percentile_is_a_measurement_that_was_taken() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        let hundred = series(&hundred);
        for (percent, expected) in [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0), (0, 1.0)] {
            assert_eq!(hundred.percentile(percent), expected, "{percent}");
        }
        let few = series(&[1.0, 2.0, 3.0]);
        assert_eq!((few.percentile(95), few.percentile(50)), (3.0, 2.0));
    }

    #[test]
    fn extremes_and_number_are_kept() {
        let series = series(&[3.0, -1.0, 8.0]);
        assert_eq!((series.min(), series.max(), series.count()), (-1.0, 8.0, 3));
    }

    #[test]
    fn drift_hits_both_of_a_pair() {
        let times = |ms: &[u64]| -> Vec<Duration> {
            ms.iter().copied().map(Duration::from_millis).collect()
        };
        let (halves, wholes) = (times(&[10, 20, 500]), times(&[20, 40, 1000]));
        assert_eq!(paired_ratio(&halves, &wholes), Some(0.5));
        assert_eq!(paired_ratio(&[], &[]), None);
    }

    #[test]
    fn a_rate_counts_what_ended_after_the_first() {
        let ends: Vec<Duration> = (0..=8).map(|at| Duration::from_millis(at * 500)).collect();
        let rate = Rate::of(&ends, 4).unwrap();
        assert_eq!((rate.per_second, rate.count), (2.0, 8));
        assert_eq!(rate.stretches.count(), 2);
        assert_eq!(rate.stretches.max(), 2.0);
        assert_eq!(Rate::of(&ends[..3], 4), None);
    }

    #[test]
    fn two_rates_together_weigh_by_their_time() {
        let every = |ms: u64| {
            let ends: Vec<Duration> = (0..=4).map(|at| Duration::from_millis(at * ms)).collect();
            Rate::of(&ends, 2).unwrap()
        };
        let both = every(1000).and(every(500));
        assert_eq!(both.count, 8);
        assert!((both.per_second - 8.0 / 6.0).abs() < 1e-9);
        assert_eq!((both.stretches.min(), both.stretches.max()), (1.0, 2.0));
    }
}
