package main

import (
	"errors"
	"go/types"
	"iter"
	"strings"
)

// A kind is a type that a package declares, or an interface that was asked for.
type kind struct {
	importpath, name string
	// of is the type; a generic one has its own type parameters as arguments.
	of types.Type
	// generic is an interface that has type parameters, else nil.
	generic     *types.Named
	isInterface bool
	// isJudged is false where something that it has methods from is not known.
	isJudged bool
	methods  map[string]*types.Func
	// implements is by the numbers of interfaces: whether it takes the pointer.
	implements map[int]bool
}

// kinds returns the types of the version, tests apart, and the interfaces of other packages that were asked
// for and are on this machine.
func (w *world) kinds() []*kind {
	var found []*kind
	for _, path := range sortedKeys(w.packages) {
		one := w.packages[path]
		if !one.isOurs || one.isTest || one.types == nil || !isListed(path) {
			continue
		}
		for _, name := range one.types.Scope().Names() {
			object, is := one.types.Scope().Lookup(name).(*types.TypeName)
			if !is || object.IsAlias() {
				continue
			}
			if named, is := object.Type().(*types.Named); is {
				found = append(found, w.kindOf(path, named))
			}
		}
	}
	for _, full := range w.given.Interfaces {
		dot := strings.LastIndexByte(full, '.')
		path, scope := full[:max(dot, 0)], types.Universe
		if path != "" {
			of := w.packages[path]
			if of == nil || of.isOurs || of.types == nil {
				continue
			}
			scope = of.types.Scope()
		}
		object := scope.Lookup(full[dot+1:])
		if object == nil || !types.IsInterface(object.Type()) {
			continue
		}
		if named, is := object.Type().(*types.Named); is {
			found = append(found, w.kindOf(path, named))
		}
	}
	return found
}

// isListed tells whether the go command sees a package in a pattern such as `./...`.
func isListed(path string) bool {
	for _, part := range strings.Split(path, "/") {
		if part == "testdata" || strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".") {
			return false
		}
	}
	return true
}

func (w *world) kindOf(importpath string, named *types.Named) *kind {
	one := &kind{
		importpath: importpath,
		name:       named.Obj().Name(),
		of:         named,
		methods:    map[string]*types.Func{},
		implements: map[int]bool{},
		isJudged:   w.isKnown(named, map[*types.Named]bool{}),
	}
	under, isInterface := named.Underlying().(*types.Interface)
	one.isInterface = isInterface
	if !one.isJudged {
		return one
	}
	if parameters := named.TypeParams(); parameters.Len() > 0 {
		arguments := make([]types.Type, parameters.Len())
		for at := range arguments {
			arguments[at] = parameters.At(at)
		}
		if of, err := types.Instantiate(nil, named, arguments, false); err == nil {
			one.of = of
		}
		if isInterface {
			one.generic = named
		}
	}
	if isInterface && !under.IsMethodSet() {
		return one // it only constrains type parameters
	}
	whole := one.of
	if !isInterface {
		whole = types.NewPointer(whole)
	}
	set := types.NewMethodSet(whole)
	for at := range set.Len() {
		if method, is := set.At(at).Obj().(*types.Func); is {
			one.methods[method.Id()] = method
			one.isJudged = one.isJudged && (w.isWhole || isValid(method.Type()))
		}
	}
	return one
}

// pair fills in what each of the kinds implements.
func pair(kinds []*kind) {
	having := map[string][]*kind{}
	for _, one := range kinds {
		for name := range one.methods {
			if one.isJudged {
				having[name] = append(having[name], one)
			}
		}
	}
	for number, target := range kinds {
		if !target.isInterface || !target.isJudged || len(target.methods) == 0 {
			continue
		}
		rarest := ""
		for name := range target.methods {
			if rarest == "" || len(having[name]) < len(having[rarest]) {
				rarest = name
			}
		}
		for _, one := range having[rarest] {
			if one == target || !one.hasAll(target.methods) {
				continue
			}
			wanted := target.madeFor(one)
			if wanted == nil {
				continue
			}
			if types.Implements(one.of, wanted) {
				one.implements[number] = false
			} else if !one.isInterface && types.Implements(types.NewPointer(one.of), wanted) {
				one.implements[number] = true
			}
		}
	}
}

func (k *kind) hasAll(methods map[string]*types.Func) bool {
	for name := range methods {
		if k.methods[name] == nil {
			return false
		}
	}
	return true
}

// madeFor returns the interface, a generic one with the type arguments that `one` could implement it for;
// nil: there are none.
func (k *kind) madeFor(one *kind) *types.Interface {
	if k.generic == nil {
		return k.of.Underlying().(*types.Interface)
	}
	bound := binding{}
	parameters := k.generic.TypeParams()
	for at := range parameters.Len() {
		bound[parameters.At(at)] = nil
	}
	for name, method := range k.methods {
		if !bound.fits(method.Type(), one.methods[name].Type()) {
			return nil
		}
	}
	arguments := make([]types.Type, parameters.Len())
	for at := range arguments {
		arguments[at] = bound[parameters.At(at)]
		if arguments[at] == nil {
			arguments[at] = types.Universe.Lookup("any").Type()
		}
	}
	made, err := types.Instantiate(nil, k.generic, arguments, true)
	var refused *types.ArgumentError
	if errors.As(err, &refused) {
		if _, is := arguments[refused.Index].(*types.TypeParam); !is {
			return nil
		}
		// A generic type implements it for some of its own arguments.
		made, err = types.Instantiate(nil, k.generic, arguments, false)
	}
	if err != nil {
		return nil
	}
	return made.Underlying().(*types.Interface)
}

// A declaredType says what a type implements, by the numbers of types in the order of these answers, from 0.
type declaredType struct {
	ImportPath  string `json:"importpath"`
	Type        string `json:"type"`
	IsInterface bool   `json:"is_interface"`
	IsJudged    bool   `json:"is_judged"`
	ByValue     []int  `json:"by_value,omitempty"`
	ByPointer   []int  `json:"by_pointer,omitempty"`
}

// forget gives back what types are not asked for: what else was told of packages, and tests.
func (w *world) forget() {
	w.members.Clear()
	for path, one := range w.packages {
		one.uses, one.calls, one.open = nil, nil, nil
		if one.isTest {
			delete(w.packages, path)
		}
	}
}

func (w *world) typeAnswers() iter.Seq[any] {
	return func(yield func(any) bool) {
		w.forget()
		kinds := w.kinds()
		pair(kinds)
		for _, one := range kinds {
			said := declaredType{one.importpath, one.name, one.isInterface, one.isJudged, nil, nil}
			for number, isPointer := range one.implements {
				if isPointer {
					said.ByPointer = append(said.ByPointer, number)
				} else {
					said.ByValue = append(said.ByValue, number)
				}
			}
			if !yield(said) {
				return
			}
		}
	}
}
