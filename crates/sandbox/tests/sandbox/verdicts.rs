//! The everyday verdicts, through a real container.

use crate::lab::{FOUR_LINES, Lab, Tests, kinds};

#[tokio::test]
async fn the_four_lines_pass() {
    let lab = Lab::small().await;
    let report = lab.judge(FOUR_LINES, &Tests::of_listening()).await;
    assert!(report.is_passed(), "{report:#?}");
    eprintln!("{:#?}", report);
    for _ in 0..10 {
        tokio::time::sleep(std::time::Duration::from_millis(900)).await;
        let begin = std::time::Instant::now();
        let report = lab.judge(FOUR_LINES, &Tests::of_listening()).await;
        eprintln!("{:?} {:?} {:?}", begin.elapsed(), report.timings, kinds(&report));
    }
    lab.close().await;
}
