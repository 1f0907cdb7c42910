"""Types that Go takes for equal have one spelling, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.source.signature import NoType, of_method, of_type, parameters_of

IMPORTS = {
    "v1": "k8s.io/api/core/v1",
    "metav1": "k8s.io/apimachinery/pkg/apis/meta/v1",
    "go_restful": "github.com/emicklei/go-restful/v3",
}
POD = "$k8s.io/api/core/v1.Pod"
META = "$k8s.io/apimachinery/pkg/apis/meta/v1"


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("()", "()"),
        ("(a, b int) string", "(int,int)(string)"),
        ("(int, int) (s string)", "(int,int)(string)"),
        ("(pod *v1.Pod, o ...metav1.Options) error", f"(*{POD},...{META}.Options)(error)"),
        (
            "(f func(a, b T) (bool, error), m map[K][]byte)",
            "(func($.T,$.T)(bool,error),map[$.K][]uint8)",
        ),
        ("(<-chan int, chan<- rune, chan any)", "(<-chan int,chan<- int32,chan interface{})"),
        ("(done <-chan struct{}, of [4]T, in []T)", "(<-chan struct{},[4]$.T,[]$.T)"),
        ("(List[int], Pair[K, V])", "($.List[int],$.Pair[$.K,$.V])"),
        ("(f func(int) string) func() error", "(func(int)(string))(func()(error))"),
        ("(x interface{ Len() int })", "(interface{Len ( ) int})"),
        ("(\n\ta int, // the first\n\tb /* and */ string,\n)", "(int,string)"),
        ("() (\n\tint,\n\terror,\n) {\n\treturn 0, nil\n}", "()(int,error)"),
        ("(c *restful.Container)", "(*$github.com/emicklei/go-restful/v3.Container)"),
        ("(c *absent.Thing)", "(*$absent.Thing)"),
    ],
)
def test_a_method_has_one_spelling(written: str, spelled: str) -> None:
    """Names of parameters, layout and local names of packages make no difference."""
    assert of_method(written, IMPORTS) == spelled


def test_type_parameters_stand_by_their_places() -> None:
    """What they are called is each declaration's own affair."""
    first = of_method("(key A, f func(B) A) []B", {}, parameters_of("[A comparable, B any]"))
    second = of_method("(K, func(v V) K) []V", {}, ("K", "V"))
    assert first == second == "(#0,func(#1)(#0))([]#1)"


@pytest.mark.parametrize(
    "text", ["", "(", "*", "map[", "func", "1", "[]", "a b", "chan", "interface{"]
)
def test_what_is_no_type_is_refused(text: str) -> None:
    """And not guessed."""
    with pytest.raises(NoType):
        of_type(text, {})


@given(st.text(alphabet='()[]{}*.,;<-= abcTfunc"`/\n|~0', max_size=60))
def test_any_text_is_a_type_or_refused(text: str) -> None:
    """Nothing else happens."""
    for read in (of_type, of_method):
        try:
            assert read(text, {})
        except NoType:
            continue


def test_deep_nesting_is_refused() -> None:
    """Source from anywhere cannot exhaust the stack."""
    with pytest.raises(NoType):
        of_type("*" * 100_000 + "T", {})
    with pytest.raises(NoType):
        of_method("(" + "func(" * 10_000 + ")" * 10_000 + ")", {})
