package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// A world is every package that takes part: those of the version, and what they import.
type world struct {
	// packages are by import path; with testSuffix, one with its tests.
	packages map[string]*unit
	given    *given
	context  build.Context
	// isWhole: nothing that was read has errors.
	isWhole bool
	// members is what fields and methods of interfaces are called by: types.Object to string.
	members sync.Map
}

// A given is what comes before the files.
type given struct {
	// Modules are the folders in which modules of other projects lie.
	Modules map[string]string `json:"modules"`
	// Interfaces of other packages are compared too: IMPORTPATH.Name.
	Interfaces []string `json:"interfaces"`
}

const testSuffix = " [test]"

// A unit is one package.
type unit struct {
	path    string
	isOurs  bool
	isGo    bool // of the standard library
	isTest  bool // a package again, for the sake of its tests; or one of tests alone
	files   []file
	imports []string
	done    chan struct{}
	types   *types.Package
	faults  int
	uses    map[use][]int
	calls   map[use][]int // those of uses that are called
	open    map[string][]int
	broken  []string // files that could not be read to their ends
}

type file struct {
	name string
	// data is nil for a file that is read when its turn comes.
	data []byte
	at   string
}

// A use is a symbol, by its import path and name, in a file of a unit.
type use struct {
	importpath, name, file string
}

func read(from io.Reader) (*world, error) {
	found := &world{packages: map[string]*unit{}, context: build.Default}
	found.context.CgoEnabled = false
	found.context.GOOS, found.context.GOARCH = "linux", "amd64"
	archive := tar.NewReader(from)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			found.partTests()
			return found, nil
		} else if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		if found.given == nil {
			if err := json.Unmarshal(data, &found.given); err != nil {
				return nil, fmt.Errorf("%s: %w", header.Name, err)
			}
			continue
		}
		slash := strings.LastIndexByte(header.Name, '/')
		if slash < 0 {
			return nil, fmt.Errorf("%q has no import path", header.Name)
		}
		path := header.Name[:slash]
		one := found.packages[path]
		if one == nil {
			one = newUnit(path)
			one.isOurs = true
			found.packages[path] = one
		}
		one.files = append(one.files, file{header.Name[slash+1:], data, header.Name})
	}
}

func newUnit(path string) *unit {
	return &unit{
		path: path, done: make(chan struct{}),
		uses: map[use][]int{}, calls: map[use][]int{}, open: map[string][]int{},
	}
}

// partTests makes packages of their own out of tests: what they see, others must not.
func (w *world) partTests() {
	for _, path := range sortedKeys(w.packages) {
		one := w.packages[path]
		with, outside := newUnit(path), newUnit(path+"_test")
		var plain []file
		for _, file := range one.files {
			if !file.isTest() {
				plain = append(plain, file)
				continue
			}
			syntax, err := parser.ParseFile(token.NewFileSet(), file.at, file.data, parser.PackageClauseOnly)
			if err == nil && strings.HasSuffix(syntax.Name.Name, "_test") {
				outside.files = append(outside.files, file)
			} else {
				with.files = append(with.files, file)
			}
		}
		one.files = plain
		if len(with.files) > 0 {
			with.files = append(with.files, plain...)
			with.isOurs, with.isTest = true, true
			w.packages[path+testSuffix] = with
		}
		if len(outside.files) > 0 {
			outside.isOurs, outside.isTest = true, true
			w.packages[outside.path] = outside
		}
	}
}

func (f file) isTest() bool {
	return strings.HasSuffix(f.name, "_test.go")
}

// discover finds what is imported, and what that imports, as far as it is on this machine.
func (w *world) discover() {
	var waiting []*unit
	for _, one := range w.packages {
		waiting = append(waiting, one)
	}
	for _, full := range w.given.Interfaces {
		path := full[:max(strings.LastIndexByte(full, '.'), 0)]
		if path != "" && w.packages[path] == nil {
			if found := w.find(path); found != nil {
				w.packages[path] = found
				waiting = append(waiting, found)
			}
		}
	}
	for len(waiting) > 0 {
		one := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		seen := map[string]bool{}
		for _, file := range one.files {
			syntax, err := parser.ParseFile(token.NewFileSet(), file.at, file.source(), parser.ImportsOnly)
			if err != nil {
				continue
			}
			for _, spec := range syntax.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil || path == "C" || seen[path] {
					continue
				}
				seen[path] = true
				target := w.resolve(one, path)
				one.imports = append(one.imports, target)
				if w.packages[target] == nil {
					if found := w.find(target); found != nil {
						w.packages[target] = found
						waiting = append(waiting, found)
					}
				}
			}
		}
	}
}

// resolve returns the package that an import names: the standard library has copies of its own.
func (w *world) resolve(from *unit, path string) string {
	if from.isGo && strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
		return "vendor/" + path
	}
	if from.isTest && from.path == path+"_test" && w.packages[path+testSuffix] != nil {
		return path + testSuffix
	}
	return path
}

// find returns a package that is not of the version, or nil.
func (w *world) find(path string) *unit {
	found := newUnit(path)
	found.isGo = strings.HasPrefix(path, "vendor/") || !strings.Contains(strings.SplitN(path, "/", 2)[0], ".")
	folder := filepath.Join(w.context.GOROOT, "src", path)
	if !found.isGo {
		module, is := w.module(path)
		if !is {
			return nil
		}
		folder = filepath.Join(w.given.Modules[module], strings.TrimPrefix(path, module))
	}
	if path == "unsafe" {
		found.types = types.Unsafe
		return found
	}
	// The names of files alone: ImportDir reports one that has no package as an error, too.
	listed, err := w.context.ImportDir(folder, 0)
	if listed == nil || (err != nil && len(listed.GoFiles) == 0) {
		return nil
	}
	for _, name := range listed.GoFiles {
		found.files = append(found.files, file{name, nil, filepath.Join(folder, name)})
	}
	return found
}

func (w *world) module(path string) (string, bool) {
	for at := path; ; {
		if _, is := w.given.Modules[at]; is {
			return at, true
		}
		slash := strings.LastIndexByte(at, '/')
		if slash < 0 {
			return "", false
		}
		at = at[:slash]
	}
}

func (f file) source() []byte {
	if f.data != nil {
		return f.data
	}
	data, err := os.ReadFile(f.at)
	if err != nil {
		return []byte{}
	}
	return data
}

// check checks every package once those that it imports are checked.
func (w *world) check(files *token.FileSet) {
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for _, one := range w.ordered() {
		all.Add(1)
		go func() {
			defer all.Done()
			defer close(one.done)
			for _, path := range one.imports {
				if imported := w.packages[path]; imported != nil && imported != one {
					<-imported.done
				}
			}
			turns <- struct{}{}
			defer func() { <-turns }()
			one.check(w, files)
		}()
	}
	all.Wait()
	w.isWhole = true
	for _, one := range w.packages {
		w.isWhole = w.isWhole && one.faults == 0
	}
}

// ordered returns the packages after those that they import; an import that leads around is dropped.
func (w *world) ordered() []*unit {
	var found []*unit
	state := map[*unit]int{}
	var visit func(one *unit)
	visit = func(one *unit) {
		state[one] = 1
		kept := one.imports[:0]
		for _, path := range one.imports {
			imported := w.packages[path]
			if imported != nil && state[imported] == 1 {
				continue
			}
			kept = append(kept, path)
			if imported != nil && state[imported] == 0 {
				visit(imported)
			}
		}
		one.imports = kept
		state[one] = 2
		found = append(found, one)
	}
	for _, path := range sortedKeys(w.packages) {
		if state[w.packages[path]] == 0 {
			visit(w.packages[path])
		}
	}
	return found
}

func (one *unit) check(w *world, files *token.FileSet) {
	if one.types != nil {
		return
	}
	var syntax []*ast.File
	for _, file := range one.files {
		parsed, err := parser.ParseFile(files, file.at, file.source(), parser.SkipObjectResolution)
		if err != nil {
			one.faults++
			one.broken = append(one.broken, file.at)
		}
		if parsed != nil {
			if one.isTest && !file.isTest() {
				hollow(parsed) // it was read before
			}
			syntax = append(syntax, parsed)
		}
	}
	one.files = nil
	config := types.Config{
		IgnoreFuncBodies: !one.isOurs,
		FakeImportC:      true,
		Importer:         importer{w, one},
		Error:            func(error) { one.faults++ },
		Sizes:            types.SizesFor("gc", w.context.GOARCH),
	}
	var info *types.Info
	if one.isOurs {
		info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	}
	one.types, _ = config.Check(one.path, files, syntax, info)
	if one.isOurs {
		one.note(w, files, syntax, info)
	}
}

// hollow takes the bodies of functions away where the language allows it.
func hollow(file *ast.File) {
	for _, declaration := range file.Decls {
		function, is := declaration.(*ast.FuncDecl)
		if is && function.Type.TypeParams == nil && function.Name.Name != "init" && function.Name.Name != "main" {
			function.Body = nil
		}
	}
}

type importer struct {
	*world
	of *unit
}

func (i importer) Import(path string) (*types.Package, error) {
	target := i.resolve(i.of, path)
	found := i.packages[target]
	if found == nil {
		return nil, fmt.Errorf("no package %s", path)
	}
	for _, known := range i.of.imports {
		if known == target && found.types != nil {
			return found.types, nil
		}
	}
	return nil, fmt.Errorf("package %s could not be checked", path)
}

func sortedKeys[V any](of map[string]V) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
