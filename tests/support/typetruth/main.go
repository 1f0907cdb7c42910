// Command truth says, by Go's own type checker, which types implement which interfaces.
//
// It reads what `go list -deps -json` prints and checks every package from source, in that order and
// without the bodies of functions, so nothing is compiled. Its arguments are import paths of modules:
// interfaces and types of their packages are paired, those that have methods and are not generic
// interfaces. A package with errors is counted, and what could be checked of it takes part. Of an
// argument `-IMPORTPATH.Type` it says the methods.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
)

type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	ImportMap  map[string]string
	Standard   bool
	Module     *struct{ Path, GoVersion string }
}

type pair struct {
	Interface, Type string
	Pointer         bool
}

type answer struct {
	// Packages of the modules, and those of them that did not check without errors.
	Packages int
	Faulty   []string
	// Types and Interfaces are all that took part.
	Types, Interfaces []string
	Pairs             []pair
	// Methods are those of the types that were asked for by name.
	Methods map[string]map[string]string
}

type checked struct {
	listed
	done   chan struct{}
	files  []*ast.File
	pkg    *types.Package
	faults int
}

func main() {
	log.SetFlags(0)
	packages, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	check(packages)
	var modules, asked []string
	for _, argument := range os.Args[1:] {
		if name, is := strings.CutPrefix(argument, "-"); is {
			asked = append(asked, name)
		} else {
			modules = append(modules, argument)
		}
	}
	found := compare(packages, modules)
	for _, name := range asked {
		found.Methods[name] = methods(packages, name)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func read(from io.Reader) ([]*checked, error) {
	var packages []*checked
	for decoder := json.NewDecoder(from); ; {
		one := &checked{done: make(chan struct{})}
		if err := decoder.Decode(&one.listed); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, one)
	}
}

func check(packages []*checked) {
	byPath := map[string]*checked{}
	for _, one := range packages {
		byPath[one.ImportPath] = one
	}
	files := token.NewFileSet()
	turns := make(chan struct{}, runtime.NumCPU())
	var all sync.WaitGroup
	for _, one := range packages {
		all.Add(1)
		go func() {
			defer all.Done()
			defer close(one.done)
			for _, path := range one.Imports {
				if imported := byPath[one.mapped(path)]; imported != nil {
					<-imported.done
				}
			}
			turns <- struct{}{}
			one.check(files, byPath)
			<-turns
		}()
	}
	all.Wait()
}

func (one *checked) mapped(path string) string {
	if mapped, is := one.ImportMap[path]; is {
		return mapped
	}
	return path
}

func (one *checked) check(files *token.FileSet, byPath map[string]*checked) {
	if one.ImportPath == "unsafe" {
		one.pkg = types.Unsafe
		return
	}
	for _, name := range one.GoFiles {
		file, err := parser.ParseFile(files, filepath.Join(one.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			one.faults++
		}
		if file != nil {
			one.files = append(one.files, file)
		}
	}
	config := types.Config{
		IgnoreFuncBodies: true,
		Importer:         importer{one, byPath},
		Error:            func(error) { one.faults++ },
		Sizes:            types.SizesFor("gc", "amd64"),
	}
	if one.Module != nil && one.Module.GoVersion != "" {
		config.GoVersion = "go" + one.Module.GoVersion
	}
	one.pkg, _ = config.Check(one.ImportPath, files, one.files, nil)
	one.files = nil
}

type importer struct {
	of     *checked
	byPath map[string]*checked
}

func (of importer) Import(path string) (*types.Package, error) {
	if found := of.byPath[of.of.mapped(path)]; found != nil && found.pkg != nil {
		return found.pkg, nil
	}
	return nil, fmt.Errorf("no package %s", path)
}

type implementer struct {
	name  string
	typ   types.Type
	names map[string]bool
}

func compare(packages []*checked, modules []string) *answer {
	found := &answer{Methods: map[string]map[string]string{}}
	var implementers []implementer
	interfaces := map[string]*types.Interface{}
	for _, one := range packages {
		if !one.belongs(modules) || one.pkg == nil {
			continue
		}
		found.Packages++
		if one.faults > 0 {
			found.Faulty = append(found.Faulty, one.ImportPath)
		}
		scope := one.pkg.Scope()
		for _, name := range scope.Names() {
			object, is := scope.Lookup(name).(*types.TypeName)
			if !is || object.IsAlias() {
				continue
			}
			named, is := object.Type().(*types.Named)
			if !is {
				continue
			}
			full := one.ImportPath + "." + name
			if under, is := named.Underlying().(*types.Interface); is {
				if under.NumMethods() > 0 && under.IsMethodSet() && named.TypeParams().Len() == 0 {
					interfaces[full] = under
				}
				continue
			}
			implementer := implementer{full, named, map[string]bool{}}
			set := types.NewMethodSet(types.NewPointer(named))
			for at := range set.Len() {
				implementer.names[set.At(at).Obj().Name()] = true
			}
			if set.Len() > 0 {
				implementers = append(implementers, implementer)
				found.Types = append(found.Types, full)
			}
		}
	}
	for name, one := range interfaces {
		found.Interfaces = append(found.Interfaces, name)
		for _, implementer := range implementers {
			if !holds(implementer.names, one) {
				continue
			}
			if types.Implements(implementer.typ, one) {
				found.Pairs = append(found.Pairs, pair{name, implementer.name, false})
			} else if types.Implements(types.NewPointer(implementer.typ), one) {
				found.Pairs = append(found.Pairs, pair{name, implementer.name, true})
			}
		}
	}
	sort.Strings(found.Interfaces)
	sort.Slice(found.Pairs, func(i, j int) bool {
		a, b := found.Pairs[i], found.Pairs[j]
		return a.Interface < b.Interface || a.Interface == b.Interface && a.Type < b.Type
	})
	return found
}

func holds(names map[string]bool, one *types.Interface) bool {
	for at := range one.NumMethods() {
		if !names[one.Method(at).Name()] {
			return false
		}
	}
	return true
}

func (one *checked) belongs(modules []string) bool {
	if one.Module != nil {
		for _, module := range modules {
			if strings.EqualFold(one.Module.Path, module) {
				return true
			}
		}
	}
	return false
}
