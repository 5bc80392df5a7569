//! `programs/classify.py`, run for real and held against the same network computed plainly.

// A helper's panic is its test's failure.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::PathBuf};

use common::{
    Party, complaint, file,
    invented::{Random, sizes},
    repository, run,
};
use serde_json::{Value, json};

const PROGRAM: &str = "programs/classify.py";

/// Weights, by input and output, and a bias.
type Layer = (Vec<Vec<i64>>, Vec<i64>);

/// A network with as many numbers a layer as `shape` says, inputs first.
fn network(shape: &[usize]) -> Vec<Layer> {
    let mut random = Random(1);
    let mut row =
        |count, most| -> Vec<i64> { (0..count).map(|_| random.around_zero(most)).collect() };
    let mut layers = Vec::new();
    for pair in shape.windows(2) {
        let weights = (0..pair[0]).map(|_| row(pair[1], 127)).collect();
        layers.push((weights, row(pair[1], 5000)));
    }
    layers
}

fn images(count: usize, pixels: usize) -> Vec<Vec<i64>> {
    let mut random = Random(2);
    let mut pixel = || i64::try_from(random.below(256)).unwrap();
    (0..count)
        .map(|_| (0..pixels).map(|_| pixel()).collect())
        .collect()
}

/// The class that a network finds for an image; of equal scores the first.
fn plain(network: &[Layer], image: &[i64]) -> usize {
    let mut values = image.to_vec();
    for (number, (weights, bias)) in network.iter().enumerate() {
        if number > 0 {
            for value in &mut values {
                *value = (*value).max(0);
            }
        }
        let output = |at: usize| -> i64 {
            let sum: i64 = values
                .iter()
                .zip(weights)
                .map(|(value, row)| value * row[at])
                .sum();
            sum + bias[at]
        };
        values = (0..bias.len()).map(output).collect();
    }
    let most = values.iter().max().unwrap();
    values.iter().position(|value| value == most).unwrap()
}

fn network_file(network: &[Layer]) -> String {
    let layers: Vec<Value> = network
        .iter()
        .map(|(weights, bias)| json!({"weights": weights, "bias": bias}))
        .collect();
    json!({ "layers": layers }).to_string()
}

fn images_file(images: &[Vec<i64>]) -> String {
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    let header = line(
        (0..images[0].len())
            .map(|pixel| format!("p{pixel}"))
            .collect(),
    );
    let rows = images
        .iter()
        .map(|image| line(image.iter().map(ToString::to_string).collect()));
    header + &rows.collect::<String>()
}

/// Runs the owners of a network and of images, and a helper; the classes that only the second one is told.
fn classify(network: PathBuf, images: PathBuf, arguments: &[&str]) -> (Vec<usize>, Vec<Party>) {
    let inputs = [Some(network), Some(images), None];
    let parties = run(&repository(PROGRAM), arguments, &inputs);
    for (index, party) in parties.iter().enumerate() {
        assert!(party.succeeded(), "{}{}", party.printed, party.errors);
        assert_eq!(
            party.outcome().len() > 2,
            index == 1,
            "what the others learn: {}",
            party.printed
        );
    }
    let outcome = parties[1].outcome();
    let rows = outcome.iter().skip(3).filter(|line| line.contains(','));
    let classes = rows.map(|row| row.split(',').nth(1).unwrap().parse().unwrap());
    (classes.collect(), parties)
}

/// Holds the classes of these images against a plain computation.
#[track_caller]
fn assert_classes(network: &[Layer], images: &[Vec<i64>]) {
    let (_network, network_path) = file("network.json", &network_file(network));
    let (_images, images_path) = file("images.csv", &images_file(images));
    let size = images.len().to_string();
    let (found, _) = classify(network_path, images_path, &["--size", &size]);
    let expected: Vec<_> = images.iter().map(|image| plain(network, image)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_network_with_one_hidden_layer_at_each_size() {
    for size in sizes(5, 60, 1000) {
        assert_classes(&network(&[64, 32, 10]), &images(size, 64));
    }
}

#[test]
fn networks_of_other_shapes() {
    for shape in [&[5, 3][..], &[9, 4, 7, 2], &[3, 2, 1]] {
        assert_classes(&network(shape), &images(6, shape[0]));
    }
}

#[test]
fn of_equal_scores_the_first_counts() {
    let layer = (vec![vec![1, 2, 2, 1, 2]; 2], vec![0, -3, -3, 0, -3]);
    assert_classes(&[layer], &[vec![0, 0], vec![1, 1], vec![1, 2], vec![9, 9]]);
}

#[test]
fn the_extremes_of_what_is_accepted() {
    let most = 2 * 127 * 4 * 255;
    let first = (vec![vec![127, -127]; 4], vec![most / 2, -most / 2]);
    let second = (vec![vec![127, -127, 127]; 2], vec![0, 127 * 2 * most, -1]);
    assert_classes(&[first, second], &[vec![255; 4], vec![0; 4]]);
}

#[test]
fn the_digits_of_the_environment_are_read() {
    let inputs = repository("environments/classify/inputs");
    let (found, parties) = classify(inputs.join("network.json"), inputs.join("images.csv"), &[]);
    let said = parties[1].said("as labelled").unwrap();
    let right: u32 = said.strip_suffix(" of 100").unwrap().parse().unwrap();
    assert!(right >= 95, "{said}");

    let network: Value =
        serde_json::from_slice(&fs::read(inputs.join("network.json")).unwrap()).unwrap();
    let layers: Vec<Layer> = network["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| {
            let part = |name: &str| layer[name].clone();
            (
                serde_json::from_value(part("weights")).unwrap(),
                serde_json::from_value(part("bias")).unwrap(),
            )
        })
        .collect();
    let text = fs::read_to_string(inputs.join("images.csv")).unwrap();
    let expected: Vec<_> = text
        .lines()
        .skip(1)
        .map(|line| {
            let numbers: Vec<i64> = line
                .split(',')
                .map(|number| number.parse().unwrap())
                .collect();
            plain(&layers, &numbers[1..])
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn parties_that_do_not_fit_are_told_so() {
    let (_one, network_path) = file("network.json", &network_file(&network(&[4, 2])));
    let (_two, images_path) = file("images.csv", &images_file(&images(2, 5)));
    for (inputs, expected) in [
        (
            [Some(network_path.clone()), Some(images_path), None],
            "the network is for 4 pixels, but the images have 5",
        ),
        (
            [Some(network_path.clone()), None, Some(network_path.clone())],
            "exactly one party must have network, but it is: 0, 2",
        ),
        (
            [Some(network_path), None, None],
            "exactly one party must have images, but it is: none",
        ),
    ] {
        for party in run(&repository(PROGRAM), &[], &inputs) {
            assert_eq!(party.code, Some(1));
            assert!(party.errors.contains(expected), "{}", party.errors);
        }
    }
}

#[test]
fn says_what_is_wrong_with_images() {
    for (content, expected) in [
        ("", "is empty"),
        ("p0\n", "has no rows"),
        ("label\n3\n", "has no column with pixels"),
        (
            "label,p0\nthree,x\n",
            "line 2: p0: expected a whole number, found 'x'",
        ),
        ("p0\n1\n256\n", "line 3: p0: 256 is not within 0 to 255"),
    ] {
        let (_folder, path) = file("images.csv", content);
        let errors = complaint(PROGRAM, Some(path), &[]);
        assert!(
            errors.contains("images.csv: ") && errors.contains(expected),
            "{errors}"
        );
    }
}

#[test]
fn says_what_is_wrong_with_a_network() {
    for (content, expected) in [
        ("", "line 1: is no JSON"),
        ("[1]", "expected {\"layers\": […]}"),
        (r#"{"layers": []}"#, "with 1 to 8 layers"),
        (r#"{"layers": [{"weights": 1}]}"#, "layer 1: expected"),
        (
            r#"{"layers": [{"weights": [], "bias": []}]}"#,
            "layer 1: has no outputs, or no inputs",
        ),
        (
            r#"{"layers": [{"weights": [[1, 2]], "bias": [1]}]}"#,
            "layer 1: row 1 of the weights: expected 1 numbers",
        ),
        (
            r#"{"layers": [{"weights": [[1.5]], "bias": [1]}]}"#,
            "expected a whole number from -127 to 127, found 1.5",
        ),
        (
            r#"{"layers": [{"weights": [[1]], "bias": [99999]}]}"#,
            "layer 1: bias: expected a whole number from -32385 to 32385, found 99999",
        ),
        (
            r#"{"layers": [{"weights": [[1]], "bias": [1]}, {"weights": [[1], [2]], "bias": [1]}]}"#,
            "layer 2: has 2 rows of weights, but the layer before has 1 outputs",
        ),
    ] {
        let (_folder, path) = file("network.json", content);
        let errors = complaint(PROGRAM, Some(path), &[]);
        assert!(
            errors.contains("network.json: ") && errors.contains(expected),
            "{errors}"
        );
    }
}
