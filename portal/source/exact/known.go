package main

import "go/types"

// isKnown tells whether all packages that a type has methods from were checked without errors.
func (w *world) isKnown(of types.Type, seen map[*types.Named]bool) bool {
	switch of := types.Unalias(of).(type) {
	case *types.Basic:
		return of.Kind() != types.Invalid
	case *types.Pointer:
		return w.isKnown(of.Elem(), seen)
	case *types.Struct:
		for at := range of.NumFields() {
			if field := of.Field(at); field.Embedded() && !w.isKnown(field.Type(), seen) {
				return false
			}
		}
	case *types.Interface:
		for at := range of.NumEmbeddeds() {
			if !w.isKnown(of.EmbeddedType(at), seen) {
				return false
			}
		}
	case *types.Named:
		if seen[of] || of.Obj().Pkg() == nil {
			return true
		}
		seen[of] = true
		from := w.packages[of.Obj().Pkg().Path()]
		return from != nil && from.faults == 0 && w.isKnown(of.Underlying(), seen)
	}
	return true
}

// isValid tells whether a signature names nothing that is not known; an error of another package can be why.
func isValid(of types.Type) bool {
	switch of := types.Unalias(of).(type) {
	case *types.Basic:
		return of.Kind() != types.Invalid
	case *types.Map:
		return isValid(of.Key()) && isValid(of.Elem())
	case interface{ Elem() types.Type }:
		return isValid(of.Elem())
	case *types.Signature:
		return isValid(of.Params()) && isValid(of.Results())
	case *types.Tuple:
		for at := range of.Len() {
			if !isValid(of.At(at).Type()) {
				return false
			}
		}
	case *types.Struct:
		for at := range of.NumFields() {
			if !isValid(of.Field(at).Type()) {
				return false
			}
		}
	case *types.Interface:
		for at := range of.NumMethods() {
			if !isValid(of.Method(at).Type()) {
				return false
			}
		}
	case *types.Named:
		for at := range of.TypeArgs().Len() {
			if !isValid(of.TypeArgs().At(at)) {
				return false
			}
		}
	}
	return true
}
