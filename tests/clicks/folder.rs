//! Folders of tables: everything is found by name, and what is wrong is said with file and line.

use manyhands_clicks::{Click, Error, Repeats, Survey, SurveyFolder, Tables};
use proptest::prelude::*;

const IMAGES: &str = "image,width,height\na,400,300\nb,200,100\n";
const VIEWERS: &str = "image,volunteer\nb,ada\na,ada\na,bob\n";
const MARKS: &str = "image,volunteer,x,y\na,bob,1,2\nb,ada,3,4\na,bob,5,6.5\n";

fn tables<'a>(images: &'a str, viewers: &'a str, marks: &'a str, truth: Option<&'a str>) -> Tables<&'a [u8]> {
    Tables {
        images: images.as_bytes(),
        viewers: viewers.as_bytes(),
        marks: marks.as_bytes(),
        truth: truth.map(str::as_bytes),
    }
}

fn read(
    images: &str,
    viewers: &str,
    marks: &str,
    truth: Option<&str>,
) -> manyhands_clicks::Result<SurveyFolder> {
    SurveyFolder::params().read(tables(images, viewers, marks, truth))
}

#[test]
fn names_are_numbered_by_first_appearance() {
    let folder = read(IMAGES, VIEWERS, MARKS, Some("image,x,y\nb,7,8\nb,9,10\n")).unwrap();
    assert_eq!(folder.subjects(), ["a", "b"]);
    assert_eq!(folder.volunteers(), ["ada", "bob"]);
    assert!(folder.labels().is_empty());
    assert_eq!(folder.truth(), Some(&[vec![], vec![[7.0, 8.0], [9.0, 10.0]]][..]));
    let mut builder = Survey::builder();
    builder.subject(400.0, 300.0).unwrap();
    builder.subject(200.0, 100.0).unwrap();
    builder.annotate(0, 0, &[]).unwrap();
    builder.annotate(0, 1, &[Click::point(1.0, 2.0), Click::point(5.0, 6.5)]).unwrap();
    builder.annotate(1, 0, &[Click::point(3.0, 4.0)]).unwrap();
    assert_eq!(folder.into_survey(), builder.build().unwrap());
}

#[test]
fn columns_come_in_any_order_with_others_between_quotes_and_a_byte_order_mark() {
    let images = "\u{feff}height, image ,note,width\r\n300,\"a\",x,400\r\n100,b,y,200\r\n";
    let marks = "y,x,volunteer,image\n2, 1 ,bob,a\n4,3,ada,b\n6.5,5e0,\"bob\",a\n";
    let viewers = "\u{feff}volunteer,image\nada,b\nada,a\nbob,a";
    assert_eq!(read(images, viewers, marks, None).unwrap(), read(IMAGES, VIEWERS, MARKS, None).unwrap());
}

#[test]
fn boxes_circles_labels_and_times_are_optional_columns() {
    let marks = "image,volunteer,x,y,box_height,box_width,label,time\na,bob,1,2,4,3,star,\na,bob,1,2,0,0,,7.5\n\
                 b,ada,1,2,4,3,galaxy,8\nb,ada,1,2,4,3,star,9\n";
    let folder = read(IMAGES, VIEWERS, marks, None).unwrap();
    assert_eq!(folder.labels(), ["star", "galaxy"]);
    let subject = folder.survey().subject(0);
    assert_eq!(subject.sizes, Some(&[[3.0, 4.0], [0.0, 0.0]][..]));
    assert_eq!(subject.labels, Some(&[Some(0), None][..]));
    assert_eq!(subject.times, Some(&[None, Some(7.5)][..]));
    assert_eq!(folder.survey().subject(1).labels, Some(&[Some(1), Some(0)][..]));
    let circles = read(IMAGES, VIEWERS, "image,volunteer,x,y,radius\na,bob,1,2,9\n", None).unwrap();
    assert_eq!(circles.survey().subject(0).sizes, Some(&[[9.0, 9.0]][..]));
}

#[test]
fn how_sure_a_mark_is_of_itself_is_an_optional_column() {
    let marks = |score| format!("image,volunteer,x,y,score\na,bob,1,2,{score}\na,bob,3,4,\n");
    let folder = read(IMAGES, VIEWERS, &marks("0.25"), None).unwrap();
    assert_eq!(folder.survey().subject(0).scores, Some(&[Some(0.25), None][..]));
    let error = read(IMAGES, VIEWERS, &marks("25"), None).unwrap_err().to_string();
    assert_eq!(error, "marks.csv line 2: score is \"25\", wants a number between 0 and 1");
}

#[test]
fn viewers_without_names_are_silent() {
    let folder = read(IMAGES, "image,volunteer\na,\na,bob\na,\n", "image,volunteer,x,y\n", None).unwrap();
    let subject = folder.survey().subject(0);
    assert_eq!((subject.viewers, subject.n_silent_unnamed), (&[0][..], 2));
}

#[test]
fn repeated_annotations_are_told_apart_by_a_column() {
    let viewers = "image,volunteer,annotation\na,ada,17\na,bob,18\na,ada,19\n";
    let marks = "image,volunteer,annotation,x,y\na,ada,19,9,9\na,ada,17,1,1\na,ada,19,8,8\n";
    let xy = |repeats| {
        let folder = SurveyFolder::params().repeats(repeats).read(tables(IMAGES, viewers, marks, None));
        folder.unwrap().survey().subject(0).xy.to_vec()
    };
    assert_eq!(xy(Repeats::First), [[1.0, 1.0]]);
    assert_eq!(xy(Repeats::Last), [[9.0, 9.0], [8.0, 8.0]]);
    assert_eq!(xy(Repeats::Merge), [[9.0, 9.0], [1.0, 1.0], [8.0, 8.0]]);
    assert_eq!(xy(Repeats::Separate), [[1.0, 1.0], [9.0, 9.0], [8.0, 8.0]]);
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let table = [
        (["image,width\n", VIEWERS, MARKS, ""], "images.csv has no column height"),
        (["", VIEWERS, MARKS, ""], "images.csv has no column image"),
        (
            ["image,width,height\na,400,zero\n", VIEWERS, MARKS, ""],
            "images.csv line 2: height is \"zero\", wants a number between 1e-45 and 1e45",
        ),
        (
            ["image,width,height\na,400,300\nb,0,1\n", VIEWERS, MARKS, ""],
            "images.csv line 3: width is \"0\", wants a number between 1e-45 and 1e45",
        ),
        (
            ["image,width,height\na,400,300\na,1,1\n", VIEWERS, MARKS, ""],
            "images.csv line 3: image is \"a\", wants an image that has no row yet",
        ),
        (["image,width,height\na,400\n", VIEWERS, MARKS, ""], "images.csv line 2 has 2 fields, wants 3"),
        (
            [IMAGES, "image,volunteer\nc,ada\n", MARKS, ""],
            "viewers.csv line 2: image is \"c\", wants an image of images.csv",
        ),
        (
            [IMAGES, "image,volunteer\na,ada\n\na,ada\n", MARKS, ""],
            "viewers.csv line 4: volunteer is \"ada\", wants a volunteer who has no row for this image (and annotation) yet",
        ),
        (
            [IMAGES, VIEWERS, "image,volunteer,x,y\nb,bob,1,2\n", ""],
            "marks.csv line 2: volunteer is \"bob\", wants a volunteer whom viewers.csv lists for this image (and annotation)",
        ),
        (
            ["image,width,height\r\n\"a\nb\",400,300\r\n\r\n\"c\nd\",1,x", VIEWERS, MARKS, ""],
            "images.csv line 5: height is \"x\", wants a number between 1e-45 and 1e45",
        ),
        (
            [IMAGES, VIEWERS, "image,volunteer,x,y\na,,1,2\n", ""],
            "marks.csv line 2: volunteer is \"\", wants a volunteer whom viewers.csv lists for this image (and annotation)",
        ),
        (
            [IMAGES, VIEWERS, "image,volunteer,x,y\na,bob,1,2\na,bob,NaN,2\n", ""],
            "marks.csv line 3: x is \"NaN\", wants a number between -1e100 and 1e100",
        ),
        (
            [IMAGES, VIEWERS, "image,volunteer,x,y,radius\na,bob,1,2,-3\n", ""],
            "marks.csv line 2: radius is \"-3\", wants a number between 0 and 1e100",
        ),
        (
            [IMAGES, VIEWERS, "image,volunteer,x,y,time\na,bob,1,2,noon\n", ""],
            "marks.csv line 2: time is \"noon\", wants a number between -1e100 and 1e100",
        ),
        ([IMAGES, VIEWERS, "image,volunteer,x,y,box_width\n", ""], "marks.csv has no column box_height"),
        (
            [IMAGES, "image,volunteer,annotation\na,ada,1\n", "image,volunteer,x,y\na,ada,1,2\n", ""],
            "marks.csv has no column annotation",
        ),
        (
            [IMAGES, VIEWERS, "image,volunteer,annotation,x,y\na,ada,1,2,3\n", ""],
            "viewers.csv has no column annotation",
        ),
        (
            [
                IMAGES,
                "image,volunteer,annotation\na,ada,1\na,bob,2\n",
                "image,volunteer,annotation,x,y\na,ada,2,1,2\n",
                "",
            ],
            "marks.csv line 2: volunteer is \"ada\", wants a volunteer whom viewers.csv lists for this image (and annotation)",
        ),
        ([IMAGES, VIEWERS, MARKS, "image,x\n"], "truth.csv has no column y"),
        (
            [IMAGES, VIEWERS, MARKS, "image,x,y\nz,1,1\n"],
            "truth.csv line 2: image is \"z\", wants an image of images.csv",
        ),
    ];
    for ([images, viewers, marks, truth], message) in table {
        let truth = (!truth.is_empty()).then_some(truth);
        assert_eq!(read(images, viewers, marks, truth).unwrap_err().to_string(), message);
    }
    let latin: &[u8] = b"image,width,height\na,1,1\n\xe9,1,1\n";
    let other = Tables { images: latin, ..tables("", VIEWERS, MARKS, None) };
    let error = SurveyFolder::params().read(other).unwrap_err();
    assert_eq!(error.to_string(), "images.csv line 3 is not UTF-8");
}

#[test]
fn a_quote_that_is_not_closed_is_refused_where_it_begins() {
    let line = |n: u64| format!(" line {n} has a quote that is not closed");
    for (viewers, n) in [
        ("image,volunteer\na,\"bob\na,eve\n", 2),
        ("image,volunteer\n\na,ada\na,\"bob", 4),
        ("image,volunteer\r\na,ada\r\na,\"bob\r\n", 3),
        ("image,volunteer\na,ada\n\"", 3),
        ("image,volunteer\na,\"a\nda\"\na,\"bob\"\"\n\n", 4),
        ("\"image,volunteer\na,ada\n", 1),
    ] {
        let error = read(IMAGES, viewers, MARKS, None).unwrap_err().to_string();
        assert_eq!(error, format!("viewers.csv{}", line(n)), "{viewers:?}");
    }
    let error = read(&format!("{IMAGES}\"c,1,1\n"), VIEWERS, MARKS, None).unwrap_err();
    assert_eq!(error, Error::OpenQuote { file: "images.csv".into(), line: 4 });
}

#[test]
fn quotes_that_are_closed_may_hold_commas_and_lines_up_to_the_end() {
    for last in ["\"bob, jr\n\n\"", "\"bob, jr\n\n\"\n", "\"bob, jr\n\n\"\r\n\r\n"] {
        let folder =
            read(IMAGES, &format!("image,volunteer\na,{last}"), "image,volunteer,x,y", None).unwrap();
        assert_eq!(folder.volunteers(), ["bob, jr\n\n"]);
    }
}

#[test]
fn a_folder_without_truth_is_fine_and_one_without_viewers_is_not() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("images.csv"), IMAGES).unwrap();
    std::fs::write(dir.path().join("marks.csv"), MARKS).unwrap();
    let error = SurveyFolder::open(dir.path()).unwrap_err().to_string();
    assert_eq!(error, format!("{}: entity not found", dir.path().join("viewers.csv").display()));
    std::fs::write(dir.path().join("viewers.csv"), VIEWERS).unwrap();
    assert_eq!(SurveyFolder::open(dir.path()).unwrap(), read(IMAGES, VIEWERS, MARKS, None).unwrap());
    std::fs::write(dir.path().join("marks.csv"), "image,volunteer,x,y\na,bob,1,\n").unwrap();
    let error = SurveyFolder::open(dir.path()).unwrap_err().to_string();
    let file = dir.path().join("marks.csv");
    let wants = "wants a number between -1e100 and 1e100";
    assert_eq!(error, format!("{} line 2: y is \"\", {wants}", file.display()));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), which in 0..4_usize) {
        let good = tables(IMAGES, VIEWERS, MARKS, None);
        let bytes = bytes.as_slice();
        let _ = SurveyFolder::params().read(match which {
            0 => Tables { images: bytes, ..good },
            1 => Tables { viewers: bytes, ..good },
            2 => Tables { marks: bytes, ..good },
            _ => Tables { truth: Some(bytes), ..good },
        });
    }

    #[test]
    fn anything_that_looks_like_a_table_is_read_or_refused(
        rows in "(image|volunteer|x|y|radius|label|time|box_width|annotation|,|\"|\n|\r|a|b|ada|bob|1|-|1e999|é){0,60}",
        which in 0..4_usize,
    ) {
        let headers = ["image,width,height", "image,volunteer", "image,volunteer,x,y", "image,x,y"];
        let text = format!("{}\n{rows}", headers[which]);
        let _ = match which {
            0 => read(&text, VIEWERS, MARKS, None),
            1 => read(IMAGES, &text, MARKS, None),
            2 => read(IMAGES, VIEWERS, &text, None),
            _ => read(IMAGES, VIEWERS, MARKS, Some(&text)),
        };
        let _ = read(IMAGES, VIEWERS, &rows, None);
    }
}
