package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"iter"
	"sort"
	"strings"
)

// note keeps which symbols of the version a package uses where, and the identifiers that mean nothing.
func (one *unit) note(w *world, files *token.FileSet, syntax []*ast.File, info *types.Info) {
	for _, file := range syntax {
		w.noteMembers(file, info)
	}
	for _, file := range syntax {
		position := files.File(file.FileStart)
		name := position.Name()
		called := map[*ast.Ident]bool{}
		if one.isTest && !strings.HasSuffix(name, "_test.go") {
			continue // it is noted where it is at home
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if call, is := node.(*ast.CallExpr); is {
				if callee := calleeOf(call.Fun); callee != nil {
					called[callee] = true
				}
			}
			identifier, is := node.(*ast.Ident)
			if !is {
				return true
			}
			offset := position.Offset(identifier.Pos())
			object := info.Uses[identifier]
			if object == nil {
				if _, isDefined := info.Defs[identifier]; !isDefined && identifier.Name != "_" {
					one.open[name] = append(one.open[name], offset)
				}
				return true
			}
			if importpath, symbol := w.nameOf(object); symbol != "" {
				key := use{importpath, symbol, name}
				one.uses[key] = append(one.uses[key], offset)
				if called[identifier] && isFunction(object) {
					one.calls[key] = append(one.calls[key], offset)
				}
			}
			return true
		})
	}
}

// isFunction tells whether what is called by its name is a function, or a variable of a package.
func isFunction(object types.Object) bool {
	switch object := object.(type) {
	case *types.Func:
		return true
	case *types.Var:
		return !object.IsField()
	}
	return false
}

// calleeOf returns the name of what is called, nil where what is called has none.
func calleeOf(function ast.Expr) *ast.Ident {
	switch function := function.(type) {
	case *ast.Ident:
		return function
	case *ast.SelectorExpr:
		return function.Sel
	case *ast.ParenExpr:
		return calleeOf(function.X)
	case *ast.IndexExpr:
		return calleeOf(function.X)
	case *ast.IndexListExpr:
		return calleeOf(function.X)
	}
	return nil
}

// noteMembers keeps what the fields and interface methods of a file's types are called by.
func (w *world) noteMembers(file *ast.File, info *types.Info) {
	for _, declaration := range file.Decls {
		group, is := declaration.(*ast.GenDecl)
		if !is || group.Tok != token.TYPE {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.TypeSpec)
			var members *ast.FieldList
			switch under := spec.Type.(type) {
			case *ast.StructType:
				members = under.Fields
			case *ast.InterfaceType:
				members = under.Methods
			default:
				continue
			}
			for _, member := range members.List {
				names := member.Names
				if len(names) == 0 {
					if embedded := embeddedName(member.Type); embedded != nil {
						names = []*ast.Ident{embedded}
					}
				}
				for _, name := range names {
					if object := info.Defs[name]; object != nil {
						w.members.Store(object, spec.Name.Name+"."+name.Name)
					}
				}
			}
		}
	}
}

func embeddedName(of ast.Expr) *ast.Ident {
	switch of := of.(type) {
	case *ast.Ident:
		return of
	case *ast.StarExpr:
		return embeddedName(of.X)
	case *ast.SelectorExpr:
		return of.Sel
	case *ast.IndexExpr:
		return embeddedName(of.X)
	case *ast.IndexListExpr:
		return embeddedName(of.X)
	}
	return nil
}

// nameOf returns the import path and name of a symbol of the version; "" for everything else.
func (w *world) nameOf(object types.Object) (importpath, name string) {
	if object.Pkg() == nil {
		return "", ""
	}
	importpath = strings.TrimSuffix(object.Pkg().Path(), "_test")
	of := w.packages[importpath]
	if of == nil || !of.isOurs {
		return "", ""
	}
	switch object := object.(type) {
	case *types.Var:
		if object.IsField() {
			member, _ := w.members.Load(object.Origin())
			name, _ = member.(string)
			return importpath, name
		}
	case *types.Func:
		origin := object.Origin()
		if receiver := origin.Signature().Recv(); receiver != nil {
			if member, is := w.members.Load(origin); is {
				return importpath, member.(string)
			}
			typ := types.Unalias(receiver.Type())
			if pointer, is := typ.(*types.Pointer); is {
				typ = types.Unalias(pointer.Elem())
			}
			if named, is := typ.(*types.Named); is && named.Obj().Parent() == object.Pkg().Scope() {
				return importpath, named.Obj().Name() + "." + object.Name()
			}
			return "", ""
		}
	case *types.Const, *types.TypeName:
	default:
		return "", ""
	}
	if object.Parent() != object.Pkg().Scope() {
		return "", ""
	}
	return importpath, object.Name()
}

// A checked is the answer for one package, or for tests: its errors, by file the identifiers that mean
// nothing, and the files of which not all could be read.
type checked struct {
	Package string           `json:"package"`
	Faults  int              `json:"faults"`
	Open    map[string][]int `json:"open,omitempty"`
	Broken  []string         `json:"broken,omitempty"`
}

// A used is where a symbol is used, and where it is called: offsets in bytes, by file.
type used struct {
	ImportPath string           `json:"importpath"`
	Name       string           `json:"name"`
	Files      map[string][]int `json:"files"`
	Calls      map[string][]int `json:"calls,omitempty"`
}

func (w *world) answers() iter.Seq[any] {
	return func(yield func(any) bool) {
		found, calls := map[[2]string]map[string][]int{}, map[[2]string]map[string][]int{}
		for _, path := range sortedKeys(w.packages) {
			one := w.packages[path]
			if !one.isOurs {
				continue
			}
			if one.isTest {
				path, one.faults = "", 0 // the package itself says how it is
			}
			if !yield(checked{path, one.faults, one.open, one.broken}) {
				return
			}
			bySymbol(found, one.uses)
			bySymbol(calls, one.calls)
			one.uses, one.calls, one.open = nil, nil, nil
		}
		symbols := make([][2]string, 0, len(found))
		for symbol := range found {
			symbols = append(symbols, symbol)
		}
		sort.Slice(symbols, func(i, j int) bool {
			a, b := symbols[i], symbols[j]
			return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
		})
		for _, symbol := range symbols {
			if !yield(used{symbol[0], symbol[1], found[symbol], calls[symbol]}) {
				return
			}
		}
	}
}

func bySymbol(all map[[2]string]map[string][]int, some map[use][]int) {
	for key, offsets := range some {
		symbol := [2]string{key.importpath, key.name}
		if all[symbol] == nil {
			all[symbol] = map[string][]int{}
		}
		all[symbol][key.file] = offsets
	}
}
