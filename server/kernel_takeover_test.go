package server

import (
	"reflect"
	"testing"

	"github.com/sa2c/sunpyter/session/store"
)

// TestPlaceIsKept: a session is taken over by the route by which it was started, whatever
// its profile says by then.
func TestPlaceIsKept(t *testing.T) {
	var place store.Place
	fields := reflect.ValueOf(&place).Elem()
	for i := range fields.NumField() {
		switch f := fields.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(fields.Type().Field(i).Name)
		case reflect.Bool:
			f.SetBool(true)
		default:
			t.Fatalf("%s is of a kind that this test does not know", fields.Type().Field(i).Name)
		}
	}
	if got := placeOf(profileFor(place)); got != place {
		t.Errorf("got %+v, want %+v", got, place)
	}
}
