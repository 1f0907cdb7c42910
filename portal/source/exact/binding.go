package main

import "go/types"

// A binding is what stands for type parameters; nil: nothing yet.
type binding map[*types.TypeParam]types.Type

// fits tells whether a type with parameters could be another one, and binds them so that it is. It may say
// yes to what is none: go/types decides on what comes of it.
func (b binding) fits(want, have types.Type) bool {
	want, have = types.Unalias(want), types.Unalias(have)
	if parameter, is := want.(*types.TypeParam); is {
		if bound, isOurs := b[parameter]; isOurs {
			if bound == nil {
				b[parameter] = have
				return true
			}
			return types.Identical(bound, have)
		}
	}
	switch want := want.(type) {
	case *types.Pointer:
		have, is := have.(*types.Pointer)
		return is && b.fits(want.Elem(), have.Elem())
	case *types.Slice:
		have, is := have.(*types.Slice)
		return is && b.fits(want.Elem(), have.Elem())
	case *types.Array:
		have, is := have.(*types.Array)
		return is && b.fits(want.Elem(), have.Elem())
	case *types.Chan:
		have, is := have.(*types.Chan)
		return is && b.fits(want.Elem(), have.Elem())
	case *types.Map:
		have, is := have.(*types.Map)
		return is && b.fits(want.Key(), have.Key()) && b.fits(want.Elem(), have.Elem())
	case *types.Signature:
		have, is := have.(*types.Signature)
		return is && b.fits(want.Params(), have.Params()) && b.fits(want.Results(), have.Results())
	case *types.Tuple:
		have, is := have.(*types.Tuple)
		if !is || want.Len() != have.Len() {
			return false
		}
		for at := range want.Len() {
			if !b.fits(want.At(at).Type(), have.At(at).Type()) {
				return false
			}
		}
		return true
	case *types.Named:
		have, is := have.(*types.Named)
		if !is || want.Obj() != have.Obj() || want.TypeArgs().Len() != have.TypeArgs().Len() {
			return false
		}
		for at := range want.TypeArgs().Len() {
			if !b.fits(want.TypeArgs().At(at), have.TypeArgs().At(at)) {
				return false
			}
		}
		return true
	}
	return types.Identical(want, have)
}
