"""What a text says, held against versions."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.source.hearsay import Judge
from portal.source.prose import mentions
from portal.source.verdict import Standing, Verdict, Why
from portal.source.versions import Versions, names_of
from tests.support import editions

Ask = Callable[[str], Verdict]

BODY = "\n" + "\n".join(f"\tsound({number})" for number in range(20)) + "\n}\n"
SOUND = "func sound(int) { fmt.Println() }\n"
CHART = 'package chart\n\nimport "fmt"\n\n'
OLD = {
    "go.mod": "module example.org/sea\n",
    "pkg/chart/chart.go": f"{CHART}func Sail(to string) error {{{BODY}\n{SOUND}",
    "pkg/chart/old.go": f"package chart\n\nfunc Oars() {{{BODY}\nfunc Rowers() int {{{BODY}",
    "pkg/chart/gone.go": "package chart\n\nfunc Galley() {}\n",
    "pkg/ship/ship.go": """package ship

type Hull struct{ Length int }

func (h *Hull) Float() bool { return true }

type Ship struct {
	*Hull
	Name string
}
""",
}
STEAM = "func Steam() {}\n"
NEW = {
    **OLD,
    "pkg/chart/chart.go": f"{CHART}func Sail(to string, by int) error {{{BODY}\n{SOUND}\n{STEAM}",
    "pkg/deck/old.go": f"package deck\n\nfunc Oars() {{{BODY}\nfunc Rowers() int {{{BODY}",
}
del NEW["pkg/chart/old.go"], NEW["pkg/chart/gone.go"]

SEEDS = [
    "pkg/ship/ship.go",
    "chart.Sail",
    "func (s *Ship) F(",
    "example.org/sea/pkg/ship#Ship",
    "`Ship.Float`",
]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Judges by two small versions."""
    where = editions.written(tmp_path_factory.mktemp("sea"), {"v1.0.0": OLD, "v1.1.0": NEW})
    return Judge(Versions(editions.indexes(where)))


@pytest.fixture(scope="module")
def ask(judge: Judge) -> Ask:
    """Returns the verdict on the one thing that a text names."""
    return asker(judge)


def asker(judge: Judge) -> Ask:
    def answer(text: str) -> Verdict:
        found = [judge.judge(*one) for one in mentions(text).found]
        (verdict,) = [one for one in found if one]
        return verdict

    return answer


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("chart.Sail", Standing.HERE),
        ("`chart.Steam`", Standing.SINCE),
        ("example.org/sea/pkg/chart#Galley", Standing.GONE),
        ("example.org/sea/pkg/chart.Oars", Standing.MOVED),
        ("`chart.Submarine`", Standing.NEVER),
        ("example.org/sea/pkg/chart.Submarine", Standing.NEVER),
        ("example.org/sea/pkg/charts#Sail", Standing.NEVER),
        ("`Hull.Sink`", Standing.NEVER),
        ("`Hull.Float`", Standing.HERE),
        ("`Ship.Float`", Standing.HERE),
        ("`Ship.Length`", Standing.HERE),
        ("`SailAway()`", Standing.NEVER),
        ("`Println()`", Standing.UNTOLD),
        ("`fmt.Println`", Standing.UNTOLD),
        ("`seachart.Sail`", Standing.HERE),
        ("`s.Sail`", Standing.UNTOLD),
        ("`sail.Sail()`", Standing.HERE),
        ("example.com/other.Thing", Standing.UNTOLD),
        ("func Sail(where string) error {", Standing.GONE),
        ("func Sail(to string, by int) error", Standing.SINCE),
        ("func Sail() error", Standing.OTHERWISE),
        ("func (s *Ship) Dive(to int)", Standing.NEVER),
        ("pkg/chart/chart.go", Standing.HERE),
        ("pkg/chart/gone.go", Standing.GONE),
        ("pkg/chart/old.go", Standing.MOVED),
        ("pkg/chart/never.go", Standing.NEVER),
        ("vendor/example.org/sea/pkg/ship/ship.go", Standing.HERE),
        ("ship.go", Standing.HERE),
        ("ship.go:3", Standing.HERE),
        ("ship.go:300", Standing.OTHERWISE),
        ("never.go", Standing.NEVER),
        ("ship/ship.go#Ship", Standing.HERE),
        ("pkg/ship#Ship.Name", Standing.HERE),
        ("`Ship.name`", Standing.HERE),
        ("example.org/sea", Standing.HERE),
        ("`example.org/sea/pkg/ship`", Standing.HERE),
    ],
)
def test_each_thing_stands_as_the_versions_say(ask: Ask, text: str, standing: Standing) -> None:
    assert ask(text).standing is standing


@pytest.mark.parametrize(
    "text",
    [
        "node.kubernetes.io/unschedulable",
        "github.com/sea/sea/issues/12",
        "apps/v1 and batch/v1beta1, and/or",
        "`registry.k8s.io/pause`",
        "ctx.Done and err.Error",
        "api/v1/pods/of/mine",
        "`pods.v1` and `deployments.v1.apps`, `spec.nodeName`, `cache.reflector`",
        "`clean_expired()`",
        "GitHub, JavaScript, PostgreSQL, YouTube and OpenShift are no names of Go, nor is eBay",
    ],
)
def test_what_is_no_source_is_not_judged(judge: Judge, text: str) -> None:
    assert [judge.judge(*one) for one in mentions(text).found if judge.judge(*one)] == []


@given(st.text(alphabet="abSF.:/#`()*[]{}~@-_ 1L\n", max_size=60), st.sampled_from(SEEDS))
def test_no_text_is_too_odd_to_be_judged(judge: Judge, odd: str, seed: str) -> None:
    for text in (odd, odd + seed, seed + odd):
        for one in mentions(text).found:
            verdict = judge.judge(*one)
            assert verdict is None or verdict.mention is one[0]


def test_a_word_of_prose_is_judged_where_it_can_be_no_other_word(tmp_path: Path) -> None:
    sea = {
        "go.mod": "module example.org/sea\n",
        "a/a.go": "package a\n\n// GitHub has it.\nfunc NewSailorOf() {}\n\nfunc BothOf() {}\n",
        "b/b.go": "package b\n\nfunc BothOf() {}\n\nfunc syncLoop() {}\n",
    }
    judge = Judge(Versions(editions.indexes(editions.written(tmp_path, {"v1.0.0": sea}))))
    text = "NewSailorOf on GitHub: BothOf and syncLoop, NewSailerOf, BothOff; by syncAllOfIt, DuckDuckGo"

    found = [judge.judge(*one) for one in mentions(text).found]

    assert [(one.mention.name, one.standing, one.why, len(one.places)) for one in found if one] == [
        ("NewSailorOf", Standing.HERE, Why.PLAIN, 1),
        ("BothOf", Standing.HERE, Why.CANDIDATES, 2),
        ("syncLoop", Standing.HERE, Why.PLAIN, 1),
        ("NewSailerOf", Standing.NEVER, Why.PLAIN, 0),
        ("syncAllOfIt", Standing.NEVER, Why.PLAIN, 0),
    ]


def test_a_moved_symbol_is_shown_where_it_is_now(ask: Ask) -> None:
    verdict = ask("example.org/sea/pkg/chart.Oars")

    assert (verdict.places[0].importpath, verdict.places[0].name) == (
        "example.org/sea/pkg/deck",
        "Oars",
    )
    assert verdict.places[0].versions == ("sea@v1.1.0",)


def test_a_moved_file_is_shown_where_most_of_it_is_now(ask: Ask) -> None:
    assert ask("pkg/chart/old.go").places[0].path == "pkg/deck/old.go"


def test_the_real_signature_is_shown(ask: Ask) -> None:
    verdict = ask("func Sail() error")

    assert {place.signature for place in verdict.places} == {"func Sail(to string, by int) error"}


def test_a_line_names_the_symbol_that_stands_there(ask: Ask) -> None:
    verdict = ask("pkg/ship/ship.go:5")

    assert {(line.key, line.name) for line in verdict.lines} == {
        ("sea@v1.0.0", "Hull.Float"),
        ("sea@v1.1.0", "Hull.Float"),
    }


def test_an_address_s_version_is_the_one_whose_line_is_read(ask: Ask) -> None:
    verdict = ask("https://example.org/x https://pkg.go.dev/example.org/sea@v1.1.0/pkg/chart#Steam")

    assert verdict.standing is Standing.SINCE
    assert verdict.absent == ("sea@v1.0.0",)


def test_names_like_a_wrong_one_are_told(ask: Ask) -> None:
    assert ask("`chart.Sails`").near == (("example.org/sea/pkg/chart", "Sail"),)


def test_a_promoted_method_says_so(ask: Ask) -> None:
    assert ask("`Ship.Float`").why is Why.PROMOTED


def test_a_package_answers_to_what_code_calls_it() -> None:
    assert "metav1" in names_of("k8s.io/apimachinery/pkg/apis/meta/v1")
    assert "corev1" in names_of("k8s.io/api/core/v1")
    assert "apierrors" in names_of("k8s.io/apimachinery/pkg/api/errors")
    assert "clientv3" in names_of("go.etcd.io/etcd/client/v3")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """A part of Kubernetes at two versions."""
    where = editions.part_of_kubernetes(tmp_path_factory.mktemp("real"), "v1.20.2", "v1.36.3")
    return Versions(editions.indexes(where))


@pytest.mark.source
@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("`cache.NewReflector` starts it", Standing.HERE),
        ("`genericapiserver.DefaultBuildHandlerChain`", Standing.HERE),
        ("`metav1.ObjectMeta`", Standing.HERE),
        ("`SharedIndexInformer.HasSynced`", Standing.HERE),
        ("`cache.NewDeltaFIFOWithMagic`", Standing.NEVER),
        ("`Reflector.listAndWatchForever`", Standing.NEVER),
        ("func (r *Reflector) ListAndWatch(stop <-chan struct{}) error", Standing.HERE),
        ("func (r *Reflector) ListAndWatch(ctx context.Context) error", Standing.OTHERWISE),
        ("vendor/k8s.io/client-go/tools/cache/reflector.go:254", Standing.HERE),
        (
            "https://github.com/kubernetes/client-go/blob/master/tools/cache/reflector.go#L99999",
            Standing.OTHERWISE,
        ),
        ("staging/src/k8s.io/client-go/tools/cache/the_real_fifo.go", Standing.SINCE),
        ("staging/src/k8s.io/client-go/tools/cache/reflectors.go", Standing.NEVER),
        ("`klog.Infof`", Standing.UNTOLD),
    ],
)
def test_real_versions_say_what_old_notes_got_wrong(
    real: Versions, text: str, standing: Standing
) -> None:
    assert asker(Judge(real))(text).standing is standing


@pytest.mark.source
def test_what_chapters_anchor_is_never_said_to_be_invented(real: Versions) -> None:
    judge = Judge(real)
    names = [
        f"{spot.importpath}#{spot.name}"
        for name in ("Reflector.watch", "RealFIFO.Pop", "Config", "NewREST", "Store")
        for spot in real.declared(name)
    ]

    verdicts = [judge.judge(*one) for one in mentions(" ".join(names)).found]

    assert len(verdicts) == len(set(names)) > 5
    assert all(one and one.standing >= Standing.GONE for one in verdicts)
