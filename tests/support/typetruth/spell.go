package main

import (
	"fmt"
	"go/types"
	"strings"
)

// methods returns the methods of a type outside of the modules, spelled as portal.source.signature
// spells them; one of the pointer alone has a star before its name. Of an alias it says the type,
// under "=", and of an interface that it is one, under "".
func methods(packages []*checked, full string) map[string]string {
	dot := strings.LastIndex(full, ".")
	for _, one := range packages {
		if one.pkg == nil || dot < 0 || one.ImportPath != full[:dot] {
			continue
		}
		object := one.pkg.Scope().Lookup(full[dot+1:])
		if object == nil {
			return nil
		}
		found := map[string]string{}
		if name, is := object.(*types.TypeName); is && name.IsAlias() {
			return map[string]string{"=": spell(object.Type())}
		}
		if types.IsInterface(object.Type()) {
			found[""] = "interface"
		}
		add := func(set *types.MethodSet, mark string) {
			for at := range set.Len() {
				method := set.At(at).Obj().(*types.Func)
				if !method.Exported() && !types.IsInterface(object.Type()) {
					continue
				}
				name := method.Name()
				if _, is := found[name]; !is {
					found[mark+name] = signature(method.Signature())
				}
			}
		}
		add(types.NewMethodSet(object.Type()), "")
		if !types.IsInterface(object.Type()) {
			add(types.NewMethodSet(types.NewPointer(object.Type())), "*")
		}
		return found
	}
	return nil
}

func signature(of *types.Signature) string {
	parameters := tuple(of.Params(), of.Variadic())
	if of.Results().Len() == 0 {
		return parameters
	}
	return parameters + tuple(of.Results(), false)
}

func tuple(of *types.Tuple, isVariadic bool) string {
	parts := make([]string, of.Len())
	for at := range parts {
		typ := of.At(at).Type()
		if slice, is := typ.(*types.Slice); is && isVariadic && at == len(parts)-1 {
			parts[at] = "..." + spell(slice.Elem())
		} else {
			parts[at] = spell(typ)
		}
	}
	return "(" + strings.Join(parts, ",") + ")"
}

func spell(of types.Type) string {
	switch of := types.Unalias(of).(type) {
	case *types.Basic:
		return types.Typ[of.Kind()].Name()
	case *types.Named:
		name := of.Obj().Name()
		if of.Obj().Pkg() != nil {
			name = "$" + of.Obj().Pkg().Path() + "." + name
		}
		if of.TypeArgs().Len() == 0 {
			return name
		}
		var given []string
		for argument := range of.TypeArgs().Types() {
			given = append(given, spell(argument))
		}
		return name + "[" + strings.Join(given, ",") + "]"
	case *types.TypeParam:
		return fmt.Sprintf("#%d", of.Index())
	case *types.Pointer:
		return "*" + spell(of.Elem())
	case *types.Slice:
		return "[]" + spell(of.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", of.Len(), spell(of.Elem()))
	case *types.Map:
		return "map[" + spell(of.Key()) + "]" + spell(of.Elem())
	case *types.Chan:
		return map[types.ChanDir]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}[of.Dir()] + spell(of.Elem())
	case *types.Signature:
		return "func" + signature(of)
	case *types.Interface:
		if of.Empty() {
			return "interface{}"
		}
	}
	return of.String()
}
